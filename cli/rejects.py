"""``tidemark rejects``: the rows that were not loaded, and why; as a sheet to be corrected."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.failures import Failure
from cli.rejected_rows import first_rows
from cli.root import State, state_of
from cli.sheets import delimiter, opened, write_rejects
from cli.task_report import first_rejects
from cli.watching import TaskId

_SHOWN = 100

File = Annotated[Path | None, typer.Argument(help="With --csv: where to; stdout if left out.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="All of them, with their own columns, for Excel.")]


def rejects(ctx: typer.Context, task_id: TaskId, file: File = None, as_csv: AsCsv = False) -> None:
    """Show rejected rows with their reasons; --csv [FILE] writes exactly those rows."""
    state = state_of(ctx)
    if as_csv or file:
        _write(state, str(task_id), file)
        return
    with state.api() as api:
        task = api.get(f"/tasks/{task_id}")
        if not task["counts"]["rejected"]:
            state.screen.say("cli.no_rejects")
        first_rejects(state.screen, api, task, _SHOWN)


def _write(state: State, task_id: str, file: Path | None) -> None:
    with state.api() as api:
        first_rows(api, api.get(f"/tasks/{task_id}"))
        rows = api.items(f"/tasks/{task_id}/rejects")
        try:
            with opened(file, sys.stdout) as into:
                written = write_rejects(rows, into, delimiter(state.screen.language))
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            raise Failure(
                "cli.file_unwritable", str(file or "stdout"), reason=error.strerror or str(error)
            ) from error
    state.screen.tell("cli.rejects_written", count=written, file=str(file or "stdout"))
