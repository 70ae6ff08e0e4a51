"""``tidemark watch``: a task's bar until it ends, then what it came to."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

import typer

from cli.bars import TaskBar
from cli.commands import ImportCommand
from cli.failures import Failure, Interrupted
from cli.following import changes
from cli.root import State, state_of
from cli.status import exit_code
from cli.task_report import report


def task_id_of(text: str) -> UUID:
    """A task's id as a person typed it."""
    try:
        return UUID(text)
    except ValueError as error:
        raise Failure("cli.id_invalid", text) from error


TaskId = Annotated[
    UUID, typer.Argument(parser=task_id_of, metavar="ID", help="The task's id.", show_default=False)
]


def watch(ctx: typer.Context, task_id: TaskId) -> None:
    """Show a task's progress until it ends. The exit code is 0 only if everything added up."""
    raise typer.Exit(follow(state_of(ctx), str(task_id)))


def follow(state: State, task_id: str, command: ImportCommand | None = None) -> int:
    """Show it to its end and return the exit code; Ctrl-C leaves the task running and says so."""
    with state.api() as api:
        try:
            with TaskBar(state.screen) as bar:
                for task in changes(api, task_id):
                    bar.show(task)
        except KeyboardInterrupt as stop:
            raise Interrupted("cli.goes_on", id=task_id) from stop
        report(state.screen, api, task, command)
    return exit_code(task)


def said(
    state: State, accepted: Mapping[str, Any], *, watched: bool, command: ImportCommand | None = None
) -> None:
    """What the server answered to a start; then the task to its end, or how to watch it. ``command`` is that
    which loads the file that was typed."""
    task_id = str(accepted["task_id"])
    state.screen.err.print(accepted["message"], markup=False, soft_wrap=True)
    if watched:
        raise typer.Exit(follow(state, task_id, command))
    state.screen.raw(task_id)
    state.screen.tell("cli.watch_it", id=task_id)
