"""``tidemark correct``: hand the corrected error file back."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.api import Api, Json
from cli.commands import line
from cli.failures import REFUSED, Refused
from cli.root import state_of
from cli.screen import Screen, cells, table
from cli.uploads import TIMEOUT, checked
from cli.watching import TaskId

# The row has moved on since the file was made.
_MOVED_ON = frozenset(
    {"row_loaded_since", "row_rejected_again", "row_corrected_meanwhile", "row_being_loaded"}
)

File = Annotated[
    Path, typer.Argument(help="What ``tidemark rejects ID FILE`` wrote, corrected.", show_default=False)
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Change nothing: say what differs.")]


def correct(ctx: typer.Context, task_id: TaskId, file: File, dry_run: DryRun = False) -> None:
    """Take a corrected file of rejected rows: all rows that differ, or, where one cannot be taken, none. The
    exit code is 0 only if all could be, else 2, of a check as well."""
    state, path = state_of(ctx), checked(file)
    with state.api() as api:
        report = _sent(state.screen, api, str(task_id), path, dry_run)
    state.screen.line(report["message"])
    if not report["published"]:
        state.screen.tell("cli.corrected_waits", style="yellow")
    _problems(state.screen, report["problems"], report["problems_total"])
    _outdated(state.screen, report["problems"], str(task_id), path)
    if report["corrected"]:
        state.screen.say("cli.load_corrected", id=str(task_id))
    if report["problems_total"]:
        raise typer.Exit(REFUSED)


def _sent(screen: Screen, api: Api, task_id: str, path: Path, dry_run: bool) -> Json:
    api.token()
    with path.open("rb") as file:
        try:
            return api.post(
                f"/tasks/{task_id}/rejects/corrections",
                files={"file": (path.name, file, "application/octet-stream")},
                data={"dry_run": "true" if dry_run else "false"},
                timeout=TIMEOUT,
            )
        except Refused as refused:
            problem = refused.problem
            _problems(screen, problem.get("errors", ()), problem.get("args", {}).get("problems", 0))
            _outdated(screen, problem.get("errors", ()), task_id, path)
            raise Refused(refused.status, problem, str(path)) from refused


def _problems(screen: Screen, problems: Iterable[Mapping[str, Any]], total: int) -> None:
    found = list(problems)
    if not found:
        return
    made = table(*(screen.word(f"cli.{name}") for name in ("row", "field", "reason")), right=(0,))
    for one in found:
        place = one.get("row_no") or screen.word("cli.line_of_file", line=one["line"])
        made.add_row(*cells(place, one["field"], one["message"]))
    screen.show(made)
    if total > len(found):
        screen.say("cli.more_problems", count=total - len(found))


def _outdated(screen: Screen, problems: Iterable[Mapping[str, Any]], task_id: str, path: Path) -> None:
    """How the rows come as they stand now: into a file of its own, what was typed stays."""
    if any(one.get("code") in _MOVED_ON for one in problems):
        fresh = path.with_name(
            f"{path.stem}-now{path.suffix if path.suffix in ('.csv', '.xlsx') else '.xlsx'}"
        )
        screen.say("cli.export_again", command=line("rejects", task_id, str(fresh)))
