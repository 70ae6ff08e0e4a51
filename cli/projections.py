"""``tidemark projections``: what is read, made from the log."""

import asyncio
from collections.abc import Coroutine
from typing import Annotated, TypeVar
from uuid import UUID

import typer

from cli.databases import unreachable
from cli.failures import PARTIAL, Failure, Unreachable
from cli.root import State, state_of
from cli.screen import cells, table
from infra.settings import Settings
from infra.wording import number

app = typer.Typer(no_args_is_help=True)

T = TypeVar("T")
Switch = Annotated[bool, typer.Option("--switch", help="Put the rebuilt tables in place of the live ones.")]
# A projection looks at the log's end every second.
LATE_SECONDS = 10.0
_HEADERS = ("schema", "made_at", "tasks", "size")


@app.callback()
def projections() -> None:
    """The read models: how far they are, made anew, put back, mended."""


@app.command()
def rebuild(ctx: typer.Context, switch: Switch = False) -> None:
    """Build the read models anew from the log's first event, beside the live ones, and compare."""
    from projections.rebuild import lines
    from projections.rebuild import rebuild as built

    state = state_of(ctx)
    state.screen.tell("cli.projections.rebuilding")
    report = _run(state, built(_settings(state), switch=switch))
    for line in lines(report):
        state.screen.line(line)
    if report.differences and not report.switched:
        raise typer.Exit(PARTIAL)


@app.command()
def rollback(ctx: typer.Context) -> None:
    """Put the read models back that were live before the last switch; they catch up by themselves."""
    from projections.rebuild import rolled_back

    state = state_of(ctx)
    if _run(state, rolled_back(_settings(state))):
        state.screen.say("cli.projections.rolled_back")
    else:
        state.screen.tell("cli.projections.nothing_before")
        raise typer.Exit(PARTIAL)


@app.command()
def repair(ctx: typer.Context, task: Annotated[UUID, typer.Argument(help="The task's id.")]) -> None:
    """Make one task's rows anew from the log, while everything else goes on."""
    from projections.repair import repair as repaired

    state = state_of(ctx)
    state.screen.tell("cli.projections.rebuilding")
    found = _run(state, repaired(_settings(state), task))
    changed = found.changed
    if not found.known:
        raise Failure("cli.projections.no_task", str(task))
    if not changed:
        state.screen.say("cli.projections.was_right")
    for name, rows in changed.items():
        state.screen.say("cli.projections.mended", table=name, rows=number(rows, state.screen.language))


@app.command()
def status(ctx: typer.Context) -> None:
    """How far the read models are behind the log, and which versions there are; exit code 1 where late."""
    from projections.standing import standing

    state = state_of(ctx)
    screen = state.screen
    found = _run(state, standing(_settings(state)))
    late = found.heartbeat is None or found.heartbeat > LATE_SECONDS
    seconds = "–" if found.heartbeat is None else f"{found.heartbeat:.1f}"
    behind = "cli.projections.late" if late else "cli.projections.alive"
    screen.say(behind, lag=number(found.lag, screen.language), seconds=seconds)
    shown = table(*(screen.word(f"cli.projections.{name}") for name in _HEADERS), right=(2, 3))
    for version in found.versions:
        made = "" if version.made_at is None else f"{version.made_at:%Y-%m-%d %H:%M} UTC"
        size = f"{version.size / 1e6:,.1f} MB"
        shown.add_row(*cells(version.schema, made, number(version.tasks, screen.language), size))
    screen.show(shown)
    if late:
        raise typer.Exit(PARTIAL)


def _settings(state: State) -> Settings:
    return state.installation.reaching("kafka", "database_url")


def _run(state: State, work: Coroutine[None, None, T]) -> T:
    from sqlalchemy.exc import InterfaceError, OperationalError

    from infra.kafka import LogUnavailable

    try:
        return asyncio.run(work)
    except LogUnavailable as error:
        settings = state.installation.settings()
        raise Unreachable("cli.kafka_unreachable", settings.kafka, reason=str(error)) from error
    except (OperationalError, InterfaceError) as error:
        raise unreachable(state.installation.settings(), error) from error
