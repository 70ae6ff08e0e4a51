"""What a dry run on this machine says: what is in the file, whether it adds up, what would be rejected."""

from pathlib import Path

from cli import figures
from cli.reconciliation import MOST_ACCOUNTS, reconciliation, summary
from cli.screen import Screen, cells, table
from cli.trial import Trial
from infra.wording import number, word
from jobs.records import Direction

_DIRECTIONS: tuple[Direction, ...] = ("in", "out", "transfer", "unknown")


def report(screen: Screen, path: Path, trial: Trial) -> None:
    """Everything in the order in which one asks: what is it, does it add up, what is wrong with it."""
    screen.line(summary(screen, trial.rows, trial.totals, trial.rejected), style="bold")
    screen.line()
    _contents(screen, path, trial)
    if trial.by_direction:
        screen.line()
        _directions(screen, trial)
    reconciliation(screen, trial.totals)
    _rejects(screen, trial)
    _warnings(screen, trial)


def _contents(screen: Screen, path: Path, trial: Trial) -> None:
    file = trial.file
    made = table("", "")
    made.show_header = False
    said = [
        ("file", f"{path.name} ({screen.word('cli.bytes', count=path.stat().st_size)})"),
        ("format", f"1CClientBankExchange {file.version}".strip()),
        ("encoding", file.encoding),
        ("period", _period(screen, trial)),
        ("accounts", "\n".join(file.own_accounts[:MOST_ACCOUNTS]) or screen.word("cli.none")),
        ("inn", ", ".join(file.own_inns)),
    ]
    for name, text in said:
        if text:
            made.add_row(*cells(screen.word(f"cli.{name}"), text))
    screen.show(made)


def _period(screen: Screen, trial: Trial) -> str:
    ends = [figures.day(end, screen.language) for end in (trial.file.date_from, trial.file.date_to) if end]
    return " – ".join(dict.fromkeys(ends))


def _directions(screen: Screen, trial: Trial) -> None:
    headers = ("direction", "count", "amount", "currency")
    made = table(*(screen.word(f"cli.{name}") for name in headers), right=(1, 2))
    for wanted in _DIRECTIONS:
        for (direction, currency), found in sorted(trial.by_direction.items()):
            if direction == wanted:
                made.add_row(
                    *cells(
                        screen.word(f"cli.direction.{direction}"),
                        number(found.documents, screen.language),
                        screen.money(found.amount),
                        currency,
                    )
                )
    screen.show(made)


def _rejects(screen: Screen, trial: Trial) -> None:
    screen.line()
    if not trial.rejected:
        screen.say("cli.trial.no_rejects")
        return
    screen.say("cli.trial.rejects", style="yellow", count=trial.rejected)
    for (code, field), rows in trial.reasons.most_common():
        reason = word(code, {"field": field, "value": ""}, screen.language)
        screen.line(f"  {number(rows, screen.language)} × {' · '.join(filter(None, (field, reason)))}")
    headers = ("row", "number", "field", "value", "reason")
    made = table(*(screen.word(f"cli.{name}") for name in headers), right=(0,))
    for reject in trial.rejects:
        named = {**reject.args, "field": reject.field or "", "value": reject.value or ""}
        reason = word(reject.code, named, screen.language)
        made.add_row(
            *cells(reject.row_no, reject.number, reject.field or "", shown(reject.value or ""), reason)
        )
    screen.line()
    screen.show(made)
    if (left_out := trial.rejected - len(trial.rejects)) > 0:
        screen.say("cli.more_rejects", count=left_out)


def shown(value: str) -> str:
    """A value as a terminal may show it: no control characters, not longer than a line."""
    plain = "".join(char if char.isprintable() else "\ufffd" for char in value)
    return plain if len(plain) <= 60 else f"{plain[:57]}…"


def _warnings(screen: Screen, trial: Trial) -> None:
    notes = [
        word(code, {"count": rows}, screen.language) + f" ({number(rows, screen.language)})"
        for code, rows in trial.warnings.most_common()
    ]
    if trial.repeats:
        notes.append(screen.word("cli.trial.repeats", count=trial.repeats))
    if not trial.file.complete:
        notes.append(screen.word("statement_without_end"))
    if notes:
        screen.line()
        screen.say("cli.warnings", style="yellow")
        for note in notes:
            screen.line(f"  {note}")
