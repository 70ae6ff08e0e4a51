"""``tidemark tasks``, ``show``, ``cancel``: what was asked for, and how it stands."""

from enum import StrEnum
from itertools import islice
from typing import Annotated

import orjson
import typer

from cli import figures
from cli.api import Api, Json
from cli.root import state_of
from cli.screen import Screen, cells, table
from cli.status import tag
from cli.task_report import as_it_stood, details, kind, report
from cli.watching import TaskId
from infra.wording import number

# A task's id alone takes 36 columns.
_WIDE, _WIDER = 120, 150


class Status(StrEnum):
    """As the API filters by it."""

    pending = "pending"
    running = "running"
    completed = "completed"
    failed = "failed"
    cancelled = "cancelled"


Statuses = Annotated[list[Status] | None, typer.Option("--status", help="May be given several times.")]
Kinds = Annotated[list[str] | None, typer.Option("--kind", help="May be given several times.")]
Retrying = Annotated[bool, typer.Option("--retrying", help="Only those that wait for their next try.")]
Expiring = Annotated[
    bool,
    typer.Option("--input-expires-soon", help="Only those whose recorded input the log forgets soon."),
]
Limit = Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest first.")]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="TIME|POSITION",
        help="A time as it is shown here, 2026-03-03T09:00:00Z, or partition:offset.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="As the API gives it, for a program.")]


def tasks(
    ctx: typer.Context,
    status: Statuses = None,
    kind: Kinds = None,
    retrying: Retrying = False,
    input_expires_soon: Expiring = False,
    limit: Limit = 20,
    as_json: AsJson = False,
) -> None:
    """List tasks, the newest first."""
    state = state_of(ctx)
    wanted = {
        "status": [one.value for one in status or ()],
        "kind": [one.replace("-", "_") for one in kind or ()],
        "limit": min(limit, 500),
        **({"retrying": True} if retrying else {}),
        **({"input_expires_soon": True} if input_expires_soon else {}),
    }
    with state.api() as api:
        found = list(islice(api.items("/tasks", wanted), limit))
    if as_json:
        state.screen.raw(as_json_text(found))
    elif found:
        _list(state.screen, found)
    else:
        state.screen.say("cli.no_tasks")


def show(ctx: typer.Context, task_id: TaskId, as_json: AsJson = False, as_of: AsOf = None) -> None:
    """Show one task: what was asked, how it stands, what to do; with --as-of how it stood then."""
    state = state_of(ctx)
    with state.api() as api:
        task = api.get(f"/tasks/{task_id}", {"as_of": figures.said(as_of)} if as_of else None)
        if as_json:
            state.screen.raw(as_json_text(task))
            return
        details(state.screen, task)
        state.screen.line()
        if as_of:
            as_it_stood(state.screen, task)
            return
        report(state.screen, api, task)


def cancel(ctx: typer.Context, task_id: TaskId) -> None:
    """Stop a task. Batches that are being written are finished first; what is loaded stays."""
    state = state_of(ctx)
    with state.api() as api:
        answer = api.post(f"/tasks/{task_id}/cancel")
        state.screen.line(str(answer.get("message") or state.screen.word("cli.status.cancelled")))
        _left(state.screen, api, str(task_id))


def _left(screen: Screen, api: Api, task_id: str) -> None:
    task = api.get(f"/tasks/{task_id}")
    screen.line(tag(screen, task).with_message(task["progress"]["message"]))


def _list(screen: Screen, found: list[Json]) -> None:
    """In a terminal of less than 120 columns without kind, rejected rows and who; of less than 150 without
    the file or the days."""
    headers = ("task", "submitted", "status", "rows", "rejected", "kind", "who", "about")
    columns = 8 if screen.out.width >= _WIDER else 7 if screen.out.width >= _WIDE else 4
    made = table(
        *(screen.word(f"cli.{name}") for name in headers[:columns]),
        right=tuple(place for place in (3, 4) if place < columns),
        fixed=(0,),
    )
    for task in found:
        standing = tag(screen, task)
        row = cells(
            task["id"],
            figures.moment(task["created_at"], screen.language),
            screen.word("cli.dry_run.mark", status=standing) if task["dry_run"] else standing,
            number(sum(task["counts"].values()), screen.language),
            number(task["counts"]["rejected"], screen.language),
            kind(screen, task["kind"]),
            task["submitted_by"],
            task["about"] or "",
        )
        made.add_row(*row[:2], f"[{standing.style}]{row[2]}[/]", *row[3:columns])
    screen.show(made)


def as_json_text(value: object) -> str:
    """As the API gave it, for a person's eyes too."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
