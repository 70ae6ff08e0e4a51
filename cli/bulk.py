"""``tidemark bulk``: stop, repeat or take back many tasks."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer

from cli.api import Api, Json
from cli.closed_period import ClosedPeriodReason
from cli.days import moment_of
from cli.failures import PARTIAL, Interrupted
from cli.root import State, state_of
from cli.targets import followed, listed, targets
from cli.tasks import Kinds, Statuses
from cli.watching import follow


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


Failing = Annotated[
    str | None, typer.Option("--failure", help="Fingerprint of an error, whole, as `show` names it.")
]
By = Annotated[str | None, typer.Option("--by", help="Who asked for them.")]
From = Annotated[
    datetime | None,
    typer.Option("--from", parser=moment_of, metavar="TIME", help="Submitted from then on, UTC."),
]
To = Annotated[
    datetime | None,
    typer.Option("--to", parser=moment_of, metavar="TIME", help="Submitted before then, UTC."),
]
Scope = Annotated[Scopes | None, typer.Option("--scope", help="Of a replay; left out: what suits each.")]
Force = Annotated[bool, typer.Option("--force", help="Of an undo: also what was changed since.")]
Rate = Annotated[int, typer.Option("--rate", min=1, max=100, help="Requests a second.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Preview = Annotated[bool, typer.Option("--preview", help="Only say what would be asked.")]

Wait = Annotated[bool, typer.Option("--follow", help="Wait until every task has done what was asked.")]


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
    follow_it: Wait = False,
    closed_period_reason: ClosedPeriodReason = None,
) -> None:
    """Show which tasks there are, ask, do it at a limited rate, and say what each has answered. With --follow
    the exit code is the worst of the tasks; without it only whether they took the request."""
    days = {"created_from": _moment(start), "created_to": _moment(end)}
    chosen = {"status": status, "kind": kind, "failure": failure, "submitted_by": by, **days}
    wanted = {"action": action, "scope": scope, "force": force}
    asked = {name: value for name, value in wanted.items() if value is not None}
    given = {name: value for name, value in chosen.items() if value}
    more: Json = {"rate": rate}
    more |= {"closed_period_reason": closed_period_reason} if closed_period_reason else {}
    _run(state_of(ctx), asked, given, more, yes=yes, preview=preview, follow_it=follow_it)


def _run(
    state: State, asked: Json, given: Json, more: Json, *, yes: bool, preview: bool, follow_it: bool
) -> None:
    with state.api() as api:
        found = api.post("/bulk/preview", json=asked | {"filter": given})
        _show(state, api, found)
        if preview or not found["asked"]:
            return
        if not yes and not typer.confirm(state.screen.word("cli.bulk.sure"), err=True):
            raise typer.Exit(PARTIAL)
        accepted = api.post("/bulk", json=asked | more | {"selection": found["selection"]})
    task_id = accepted["task_id"]
    ended = follow(state, task_id)
    if follow_it and not ended:
        raise typer.Exit(_waited(state, task_id, asked["action"]))
    raise typer.Exit(ended or (PARTIAL if _refused(state, task_id) else 0))


def _show(state: State, api: Api, found: Json) -> None:
    state.screen.line(found["message"])
    listed(state.screen, api, [(one["task_id"], one["would"], one["reason"]) for one in found["sample"]])
    if (more := found["tasks"] - len(found["sample"])) > 0:
        state.screen.say("cli.bulk.more", count=more)


def _waited(state: State, task_id: str, action: str) -> int:
    """The tasks to their end; Ctrl-C leaves them running and says so."""
    try:
        with state.api() as api:
            code = followed(state.screen, api, task_id, action)
            targets(state.screen, api, task_id)
    except KeyboardInterrupt as stop:
        raise Interrupted("cli.bulk.goes_on", id=task_id) from stop
    return code


def _refused(state: State, task_id: str) -> bool:
    """Whether any task has refused; the others go on without us."""
    with state.api() as api:
        found = list(api.items(f"/tasks/{task_id}/targets"))
    state.screen.say("cli.bulk.look", id=task_id)
    return any(one["result"] == "refused" for one in found)


def _moment(said: datetime | None) -> str | None:
    return None if said is None else said.isoformat() if said.tzinfo else f"{said.isoformat()}Z"
