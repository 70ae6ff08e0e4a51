"""``tidemark duplicates``: payments that may be there twice, from the bank and from 1C, and what they are."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Annotated, Any
from uuid import UUID

import orjson
import typer

from cli import figures
from cli.api import Api, Json
from cli.days import day_of
from cli.failures import CLEAN, PARTIAL, Failure
from cli.root import state_of
from cli.screen import Screen, cells, table
from cli.tasks import AsJson, Limit
from cli.trial_report import shown
from cli.watching import task_id_of

_AT_ONCE = 500
_MOST = 10_000
_SETTLED = frozenset({"decided", "unchanged"})


class Decision(StrEnum):
    """What a person says of a pair."""

    same = "same"
    different = "different"


Task = Annotated[
    UUID | None, typer.Option("--task", parser=task_id_of, metavar="ID", help="Only what this task brought.")
]
Account = Annotated[str | None, typer.Option("--account", help="Only of this account.")]
From = Annotated[
    datetime | None, typer.Option("--from", parser=day_of, metavar="DAY", help="First day of the bank's row.")
]
To = Annotated[
    datetime | None, typer.Option("--to", parser=day_of, metavar="DAY", help="Last day; included.")
]
Decide = Annotated[
    Decision | None,
    typer.Option(help="Say it of all of them; `same` leaves out those with more than one partner."),
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def duplicates(
    ctx: typer.Context,
    task: Task = None,
    account: Account = None,
    first: From = None,
    last: To = None,
    decide: Decide = None,
    yes: Yes = False,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """List payments that both the bank and 1C tell of. Exit code 0 if none waits for a person any more."""
    state = state_of(ctx)
    wanted = _asked(task, account, first, last)
    with state.api() as api:
        if decide is not None:
            raise typer.Exit(_decide(state.screen, api, wanted, decide, yes=yes, as_json=as_json))
        asked = wanted | {"limit": min(limit, _AT_ONCE)}
        total = api.get("/duplicates", wanted | {"limit": 1})["total"]
        found = list(islice(api.items("/duplicates", asked), limit)) if total else []
    if as_json:
        _raw(state.screen, found)
    else:
        _list(state.screen, found, total)
    raise typer.Exit(PARTIAL if total else CLEAN)


def _asked(
    task: UUID | None, account: str | None, first: datetime | None, last: datetime | None
) -> dict[str, str]:
    days = {"date_from": first, "date_to": last}
    named = {"task_id": str(task) if task else None, "account": account}
    named |= {name: day.date().isoformat() if day else None for name, day in days.items()}
    return {name: value for name, value in named.items() if value is not None}


def _decide(
    screen: Screen, api: Api, wanted: dict[str, str], decision: Decision, *, yes: bool, as_json: bool
) -> int:
    """All that wait; a payment that may be one of two others is for a person to look at."""
    found = list(islice(api.items("/duplicates", wanted), _MOST))
    clear = [pair for pair in found if pair["alone"] or decision is Decision.different]
    if clear and not yes:
        question = screen.word(f"cli.duplicates.sure_{decision.value}", count=len(clear))
        if not typer.confirm(question, err=True):
            raise Failure("cli.duplicates.nothing_decided")
    results = _settled(api, clear, decision)
    if as_json:
        _raw(screen, results)
    else:
        _said(screen, results, len(found) - len(clear))
    settled = all(one["result"] in _SETTLED for one in results)
    return CLEAN if settled and len(found) == len(clear) else PARTIAL


def _settled(api: Api, pairs: Sequence[Json], decision: Decision) -> list[Json]:
    results: list[Json] = []
    for start in range(0, len(pairs), _AT_ONCE):
        said = [
            {"one": pair["bank"]["id"], "other": pair["onec"]["id"], "decision": decision.value}
            for pair in pairs[start : start + _AT_ONCE]
        ]
        results += api.post("/duplicates/decisions", json={"pairs": said})["items"]
    return results


def _said(screen: Screen, results: Sequence[Json], unclear: int) -> None:
    counted = Counter(one["result"] for one in results)
    screen.say("cli.duplicates.decided", count=sum(counted[name] for name in _SETTLED))
    if refused := len(results) - sum(counted[name] for name in _SETTLED):
        screen.say("cli.duplicates.refused", style="yellow", count=refused)
    if unclear:
        screen.say("cli.duplicates.unclear", style="yellow", count=unclear)


def _list(screen: Screen, found: Sequence[Json], total: int) -> None:
    if not total:
        screen.say("cli.duplicates.none")
        return
    headers = ("day", "amount", "duplicates.in_bank", "duplicates.in_onec", "counterparty", "likeness")
    words = [screen.word(f"cli.{name}") for name in headers]
    made = table(*words, right=(1,), fixed=(0,))
    for pair in found:
        bank, onec = pair["bank"], pair["onec"]
        day = figures.day(datetime.fromisoformat(bank["booked_on"]).date(), screen.language)
        amount = f"{screen.money(pair['amount'])} {pair['currency']}"
        name = shown(bank["counterparty_name"] or onec["counterparty_name"])
        made.add_row(
            *cells(day, amount, shown(bank["number"]), shown(onec["number"]), name, _likeness(screen, pair))
        )
    screen.show(made)
    if total > len(found):
        screen.say("cli.duplicates.more", count=total - len(found))
    screen.line()
    screen.say("cli.duplicates.what_to_do")


def _likeness(screen: Screen, pair: Json) -> str:
    """Why they may be one payment, and why not."""
    said: list[tuple[str, dict[str, Any]]] = []
    if pair["same_number"]:
        said.append(("number", {}))
    if pair["same_inn"]:
        said.append(("inn", {}))
    if pair["days_apart"]:
        said.append(("apart", {"count": pair["days_apart"]}))
    if not pair["alone"]:
        said.append(("several", {}))
    return ", ".join(screen.word(f"cli.duplicates.{name}", **args) for name, args in said)


def _raw(screen: Screen, value: object) -> None:
    screen.raw(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())
