"""``tidemark coverage``: which days of the own accounts are there, as a calendar of one line a month."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Annotated, Any

import orjson
import typer
from rich.text import Text

from cli.api import Json
from cli.days import day_of
from cli.failures import CLEAN, PARTIAL
from cli.root import state_of
from cli.screen import Screen
from cli.tasks import AsJson
from infra.wording import days as days_of

_PAGE = 50
_LABEL = 10
# Never colour alone. ``quiet``: a gap over which the balance has not moved, a weekend mostly.
_SIGNS: Mapping[str, tuple[str, str]] = {
    "loaded": ("■", "green"),
    "empty": ("□", ""),
    "quiet": ("-", "dim"),
    "gap": ("?", "red"),
    "balance_break": ("!", "yellow"),
}
_MISSING = frozenset({"gap", "balance_break"})

Account = Annotated[str | None, typer.Option("--account", help="Only this account.")]
From = Annotated[
    datetime | None, typer.Option("--from", parser=day_of, metavar="DAY", help="First day; else 31 days.")
]
To = Annotated[
    datetime | None, typer.Option("--to", parser=day_of, metavar="DAY", help="Last day; else today.")
]


def coverage(
    ctx: typer.Context,
    account: Account = None,
    first: From = None,
    last: To = None,
    as_json: AsJson = False,
) -> None:
    """Show which days of each own account are loaded. Exit code 0 if no statement seems to be missing."""
    state = state_of(ctx)
    days = {"date_from": first, "date_to": last}
    asked: dict[str, Any] = {name: day.date().isoformat() for name, day in days.items() if day}
    asked |= {"account": account} if account else {}
    with state.api() as api:
        found = list(api.items("/accounts/coverage", asked | {"limit": _PAGE}))
    if as_json:
        state.screen.raw(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
    else:
        _show(state.screen, found)
    missing = any(standing(day) in _MISSING for one in found for day in one["days"])
    raise typer.Exit(PARTIAL if missing else CLEAN)


def standing(day: Json) -> str:
    """The status of a day; a gap over which nothing has moved is ``quiet``."""
    quiet = day["status"] == "gap" and day["difference"] is not None and not Decimal(day["difference"])
    return "quiet" if quiet else str(day["status"])


def _show(screen: Screen, found: Sequence[Json]) -> None:
    known = [one for one in found if one["days"]]
    if not known:
        screen.say("cli.coverage.nothing")
        return
    for one in known:
        screen.line(f"{screen.word('cli.account')} {one['account']}", style="bold")
        for line in months(one["days"], screen.language == "ru"):
            screen.show(line)
        for sentence in _sentences(screen, one["days"]):
            screen.line(sentence, style="yellow")
        screen.line()
    legend = (f"{sign} {screen.word(f'cli.coverage.{name}')}" for name, (sign, _) in _SIGNS.items())
    screen.line(" · ".join(legend), style="dim")


def months(days: Sequence[Json], russian: bool) -> Iterator[Text]:
    """A ruler of days, then a line for each month; a day before the first statement or after the last is a
    blank. 41 columns."""
    yield Text(" " * _LABEL + "1   5    10   15   20   25   30", "dim")
    dated = [(_day(day), standing(day)) for day in days]
    for (year, month), some in groupby(dated, lambda pair: (pair[0].year, pair[0].month)):
        label = f"{month:02d}.{year}" if russian else f"{year}-{month:02d}"
        line = Text(f"{label:<{_LABEL}}")
        by_day = {day.day: _SIGNS[status] for day, status in some}
        for number in range(1, max(by_day) + 1):
            line.append(*by_day.get(number, (" ", "")))
        yield line


def _sentences(screen: Screen, days: Sequence[Json]) -> Iterator[str]:
    """What is missing, days that belong together as one."""
    for (status, difference), some in groupby(days, lambda day: (standing(day), day["difference"])):
        if status not in _MISSING:
            continue
        span = [_day(day) for day in some]
        code = status if difference is not None else f"{status}_unknown"
        args = {"days": days_of(span[0], span[-1], screen.language), "difference": screen.money(difference)}
        yield screen.word(f"cli.coverage.says_{code}", **args)


def _day(day: Json) -> date:
    return date.fromisoformat(day["day"])
