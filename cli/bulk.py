"""``tidemark bulk``: stop, repeat or take back many tasks."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from cli.api import Api, Json
from cli.failures import PARTIAL
from cli.root import State, state_of
from cli.screen import cells, table
from cli.tasks import Kinds, Statuses
from cli.watching import follow

_HEADERS = ("task", "result", "reason")


class Doing(StrEnum):
    """What is asked of each."""

    cancel = "cancel"
    replay = "replay"
    undo = "undo"


class Scopes(StrEnum):
    """What a replay does again."""

    all = "all"
    unfinished = "unfinished"
    rejected = "rejected"


Failing = Annotated[str | None, typer.Option("--failure", help="Fingerprint of an error.")]
By = Annotated[str | None, typer.Option("--by", help="Who asked for them.")]
From = Annotated[datetime | None, typer.Option("--from", help="Submitted from then on, UTC.")]
To = Annotated[datetime | None, typer.Option("--to", help="Submitted before then, UTC.")]
Scope = Annotated[Scopes | None, typer.Option("--scope", help="Of a replay; left out: what suits each.")]
Force = Annotated[bool, typer.Option("--force", help="Of an undo: also what was changed since.")]
Rate = Annotated[int, typer.Option("--rate", min=1, max=100, help="Requests a second.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Preview = Annotated[bool, typer.Option("--preview", help="Only say what would be asked.")]


def bulk(
    ctx: typer.Context,
    action: Annotated[Doing, typer.Argument(help="What is asked of every task.")],
    status: Statuses = None,
    kind: Kinds = None,
    failure: Failing = None,
    by: By = None,
    start: From = None,
    end: To = None,
    scope: Scope = None,
    force: Force = False,
    rate: Rate = 10,
    yes: Yes = False,
    preview: Preview = False,
) -> None:
    """Show which tasks there are, ask, do it at a limited rate, and say what became of each."""
    days = {"created_from": _moment(start), "created_to": _moment(end)}
    chosen = {"status": status, "kind": kind, "failure": failure, "submitted_by": by, **days}
    wanted = {"action": action, "scope": scope, "force": force}
    asked = {name: value for name, value in wanted.items() if value is not None}
    given = {name: value for name, value in chosen.items() if value}
    _run(state_of(ctx), asked, given, rate, yes=yes, preview=preview)


def _run(state: State, asked: Json, given: Json, rate: int, *, yes: bool, preview: bool) -> None:
    with state.api() as api:
        found = api.post("/bulk/preview", json=asked | {"filter": given})
        _show(state, found)
        if preview or not found["asked"]:
            return
        if not yes and not typer.confirm(state.screen.word("cli.bulk.sure"), err=True):
            raise typer.Exit(PARTIAL)
        accepted = api.post("/bulk", json=asked | {"selection": found["selection"], "rate": rate})
    ended = follow(state, accepted["task_id"])
    with state.api() as api:
        refused = _results(state, api, accepted["task_id"])
    raise typer.Exit(ended or (PARTIAL if refused else 0))


def _show(state: State, found: Json) -> None:
    state.screen.line(found["message"])
    _table(state, [(one["task_id"], one["would"], one["reason"]) for one in found["sample"]])


def _results(state: State, api: Api, task_id: str) -> bool:
    """Whether any task has refused."""
    targets = list(api.items(f"/tasks/{task_id}/targets", {"limit": 500}))
    _table(state, [(one["task_id"], one["result"], one["reason"]) for one in targets])
    return any(one["result"] == "refused" for one in targets)


def _table(state: State, rows: list[tuple[Any, ...]]) -> None:
    screen = state.screen
    shown = table(*(screen.word(f"cli.bulk.{name}") for name in _HEADERS), fixed=(0,))
    for task_id, result, reason in rows:
        shown.add_row(*cells(task_id, screen.word(f"cli.bulk.{result}"), reason or ""))
    screen.show(shown)


def _moment(said: datetime | None) -> str | None:
    return None if said is None else f"{said.isoformat()}Z"
