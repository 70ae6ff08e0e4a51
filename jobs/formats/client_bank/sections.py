"""What a statement says of its own accounts: СекцияРасчСчет … КонецРасчСчет."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from jobs.formats.client_bank import keys
from jobs.formats.numbers import day, kopecks


@dataclass(frozen=True, slots=True)
class AccountSection:
    """One section: balances and turnover in kopecks, None where not stated or not readable."""

    account: str
    opening: int | None = None
    received: int | None = None
    spent: int | None = None
    closing: int | None = None
    date_from: date | None = None
    date_to: date | None = None

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> "AccountSection":
        return cls(
            account=fields.get(keys.OWN_ACCOUNT, "").strip(),
            opening=kopecks(fields.get(keys.OPENING, "")),
            received=kopecks(fields.get(keys.RECEIVED, "")),
            spent=kopecks(fields.get(keys.SPENT, "")),
            closing=kopecks(fields.get(keys.CLOSING, "")),
            date_from=day(fields.get(keys.DATE_FROM, "")),
            date_to=day(fields.get(keys.DATE_TO, "")),
        )


def merge(sections: Iterable[AccountSection]) -> dict[str, AccountSection]:
    """One section an account: opening of the first, closing of the last, turnover of all.

    Sections are put in the order of their dates where all have them (some banks list days backwards).
    A section that only repeats what the others of its account add up to is left out.
    """
    by_account: dict[str, list[AccountSection]] = {}
    for section in sections:
        by_account.setdefault(section.account, []).append(section)
    return {account: _merged(_without_summary(_in_order(found))) for account, found in by_account.items()}


def _in_order(sections: list[AccountSection]) -> list[AccountSection]:
    if any(section.date_from is None for section in sections):
        return sections
    return sorted(sections, key=lambda section: section.date_from or date.min)


def _without_summary(sections: list[AccountSection]) -> list[AccountSection]:
    # Only by its dates can a section be known for a summary: two days may well have the same figures.
    start, end = sections[0].date_from, max(section.date_to or date.min for section in sections)
    for index, section in enumerate(sections[:2]):
        others = sections[:index] + sections[index + 1 :]
        if others and start and (section.date_from, section.date_to) == (start, end):
            summary = _merged(others)
            if _figures(section) == _figures(summary):
                return others
    return sections


def _figures(section: AccountSection) -> tuple[int | None, ...]:
    return section.opening, section.received, section.spent, section.closing


def _merged(sections: list[AccountSection]) -> AccountSection:
    first, last = sections[0], sections[-1]
    return AccountSection(
        account=first.account,
        opening=first.opening,
        received=_sum(section.received for section in sections),
        spent=_sum(section.spent for section in sections),
        closing=last.closing,
        date_from=first.date_from,
        date_to=last.date_to,
    )


def _sum(amounts: Iterable[int | None]) -> int | None:
    total = 0
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total
