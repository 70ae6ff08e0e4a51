"""``tidemark rejects``: the rows that were not loaded, and why; as a file to be corrected."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from cli.api import Api
from cli.downloads import Force, opened, writable
from cli.failures import Failure
from cli.rejected_rows import first_rows
from cli.root import State, state_of
from cli.screen import Screen, cells, table
from cli.task_report import first_rejects
from cli.watching import TaskId
from infra.wording import number

_SHOWN = 100
_FORMS = ("xlsx", "csv")

File = Annotated[
    Path | None, typer.Argument(help="Where to write all of them: rows.xlsx or rows.csv.", show_default=False)
]
AsCsv = Annotated[bool, typer.Option("--csv", help="All of them as CSV; to stdout without FILE.")]
Groups = Annotated[bool, typer.Option("--groups", help="Only the causes, and how many rows each has.")]


def rejects(
    ctx: typer.Context,
    task_id: TaskId,
    file: File = None,
    as_csv: AsCsv = False,
    groups: Groups = False,
    force: Force = False,
) -> None:
    """Show rejected rows with their reasons; FILE or --csv writes exactly those rows, to be corrected."""
    state, file = state_of(ctx), writable(file, force=force)
    with state.api() as api:
        if as_csv or file:
            _write(state, api, str(task_id), file, as_csv=as_csv)
            return
        task = api.get(f"/tasks/{task_id}")
        if not task["counts"]["rejected"]:
            state.screen.say("cli.no_rejects")
        elif groups:
            first_rows(api, task)
            _groups(state.screen, api, str(task_id))
        else:
            first_rejects(state.screen, api, task, _SHOWN)


def _groups(screen: Screen, api: Api, task_id: str) -> None:
    headers = ("rows", "reason", "field", "corrected", "some_rows")
    made = table(*(screen.word(f"cli.{name}") for name in headers), right=(0, 3))
    for group in api.items(f"/tasks/{task_id}/rejects/groups"):
        rows, some = group["rows"], group["some_rows"]
        made.add_row(
            *cells(
                number(rows, screen.language),
                group["message"],
                group["field"] or "",
                number(group["corrected"], screen.language),
                ", ".join(map(str, some)) + (" …" if rows > len(some) else ""),
            )
        )
    screen.show(made)


def _form(file: Path | None, *, as_csv: bool) -> str:
    """By the name of the file; a name that says something else is no wish for CSV."""
    if file is None or as_csv:
        return "csv"
    form = file.suffix.lower().removeprefix(".")
    if form not in _FORMS:
        raise Failure("cli.rejects.form_unknown", str(file))
    return form


def _write(state: State, api: Api, task_id: str, file: Path | None, *, as_csv: bool) -> None:
    form = _form(file, as_csv=as_csv)
    first_rows(api, api.get(f"/tasks/{task_id}"))
    with opened(file, sys.stdout.buffer) as into:
        said = api.download(f"/tasks/{task_id}/rejects/export", {"format": form}, into)
    state.screen.tell("cli.rejects_written", count=int(said["x-rows"]), file=str(file or "stdout"))
