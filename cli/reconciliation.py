"""Does a statement add up: what it states of each account, what its documents say, the difference."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rich.table import Table

from cli.screen import Screen, cells, table
from events.records import ControlTotal, Proof
from jobs.formats.identifiers import currency_of

MOST_ACCOUNTS = 20
_DOUBTFUL = frozenset({"differs", "unproven"})
_STYLE: Mapping[Proof, str] = {
    "adds_up": "green",
    "differs": "red",
    "unproven": "yellow",
    "not_stated": "dim",
}

Account = tuple[str, ControlTotal]


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of an account. ``proof`` is None where nothing is judged (the opening balance)."""

    what: str
    stated: Decimal | None
    found: Decimal | None
    proof: Proof | None

    @property
    def difference(self) -> Decimal | None:
        if self.stated is None or self.found is None:
            return None
        return self.found - self.stated


def accounts_of(totals: Sequence[Mapping[str, Any]]) -> list[Account]:
    """Control totals as the API gives them; by the account's number, or by its keyed hash."""
    found = []
    for item in totals:
        fields = {name: value for name, value in item.items() if name in ControlTotal.model_fields}
        total = ControlTotal.model_validate(fields)
        found.append((str(item.get("account") or total.account_ref), total))
    return found


def doubtful(total: ControlTotal) -> bool:
    """It does not add up, or that cannot be said."""
    return bool({total.turnover, total.closing} & _DOUBTFUL)


def lines(total: ControlTotal) -> list[Line]:
    """Turnover and closing balance are judged apart: one may be wrong without the other."""
    opening = total.opening_stated
    closing = None if opening is None else opening + total.in_found - total.out_found
    return [
        Line("opening", opening, None, None),
        Line("in", total.in_stated, total.in_found, _of_side(total, total.in_stated, total.in_found)),
        Line("out", total.out_stated, total.out_found, _of_side(total, total.out_stated, total.out_found)),
        Line("closing", total.closing_stated, closing, total.closing),
    ]


def reconciliation(screen: Screen, accounts: Sequence[Account]) -> None:
    """A table an account, those in doubt first, at most 20; fits 80 columns up to 10^9."""
    ordered = sorted(accounts, key=lambda item: not doubtful(item[1]))
    for account, total in ordered[:MOST_ACCOUNTS]:
        screen.line()
        note = screen.word("cli.unreadable", count=total.unreadable) if total.unreadable else ""
        screen.line(" · ".join(filter(None, (f"{screen.word('cli.account')} {account}", note))), "bold")
        screen.show(_table(screen, lines(total)))
    if (left_out := len(accounts) - MOST_ACCOUNTS) > 0:
        screen.say("cli.more_accounts", count=left_out)


def summary(screen: Screen, documents: int, accounts: Sequence[Account], rejected: int = 0) -> str:
    """``13 documents · total 81,184.00 RUB (in 40,000.00, out 41,184.00) · adds up``."""
    parts = [screen.word("cli.documents", count=documents)]
    for currency, (received, spent) in _turnover(accounts).items():
        parts.append(
            screen.word(
                "cli.turnover",
                total=screen.money(received + spent),
                currency=currency,
                received=screen.money(received),
                spent=screen.money(spent),
            )
        )
    # Totals are over all rows that can be read: that they add up says nothing of what was loaded.
    proof = verdict(accounts)
    if documents:
        parts.append(
            screen.word("cli.sum.file_adds_up" if rejected and proof == "adds_up" else f"cli.sum.{proof}")
        )
    if rejected:
        code = "cli.sum.rejected" if rejected < documents else "cli.sum.all_rejected"
        parts.append(screen.word(code, rejected=rejected, documents=documents))
    return " · ".join(parts)


def verdict(accounts: Sequence[Account]) -> Proof:
    """The worst of all accounts: differs, unproven, adds up; ``not_stated`` where no account says more."""
    proofs = {proof for _, total in accounts for proof in (total.turnover, total.closing)}
    ranked: tuple[Proof, ...] = ("differs", "unproven", "adds_up")
    return next((proof for proof in ranked if proof in proofs), "not_stated")


def _turnover(accounts: Sequence[Account]) -> dict[str, tuple[Decimal, Decimal]]:
    found: dict[str, tuple[Decimal, Decimal]] = {}
    for account, total in accounts:
        currency = currency_of(account) or ""
        received, spent = found.get(currency, (Decimal(0), Decimal(0)))
        found[currency] = (received + total.in_found, spent + total.out_found)
    return found


def _of_side(total: ControlTotal, stated: Decimal | None, found: Decimal) -> Proof:
    """The account's turnover is judged as one; a side that agrees is not blamed for the other."""
    if stated is None:
        return "not_stated"
    return "adds_up" if total.turnover == "differs" and stated == found else total.turnover


def _table(screen: Screen, figures: Sequence[Line]) -> Table:
    """The column of differences is there only where something differs."""
    off = any(line.proof in _DOUBTFUL and line.difference for line in figures)
    headers = ["figure", "stated", "found", *(["difference"] if off else []), "proof"]
    made = table(
        *(screen.word(f"cli.{name}") for name in headers),
        right=tuple(range(1, len(headers) - 1)),
        fixed=(0,),
    )
    for line in figures:
        shown = line.difference if line.proof in _DOUBTFUL else None
        amounts = [line.stated, line.found, *([shown] if off else [])]
        made.add_row(
            *cells(screen.word(f"cli.figure.{line.what}"), *map(screen.money, amounts)),
            f"[{_STYLE[line.proof]}]{cells(screen.word(f'cli.proof.{line.proof}'))[0]}[/]"
            if line.proof
            else "",
        )
    return made
