"""``tidemark correct``: hand the corrected error file back."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.api import Api, Json
from cli.failures import PARTIAL, Refused
from cli.root import state_of
from cli.screen import Screen, cells, table
from cli.uploads import TIMEOUT, checked
from cli.watching import TaskId

File = Annotated[
    Path, typer.Argument(help="What ``tidemark rejects ID FILE`` wrote, corrected.", show_default=False)
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Change nothing: say what differs.")]


def correct(ctx: typer.Context, task_id: TaskId, file: File, dry_run: DryRun = False) -> None:
    """Take a corrected file of rejected rows: all rows that differ, or, where one cannot be taken, none. The
    exit code is 0 only if all could be."""
    state, path = state_of(ctx), checked(file)
    with state.api() as api:
        report = _sent(state.screen, api, f"/tasks/{task_id}/rejects/corrections", path, dry_run)
    state.screen.line(report["message"])
    if not report["published"]:
        state.screen.tell("cli.corrected_waits", style="yellow")
    _problems(state.screen, report["problems"], report["problems_total"])
    if report["corrected"]:
        state.screen.say("cli.load_corrected", id=str(task_id))
    if report["problems_total"]:
        raise typer.Exit(PARTIAL)


def _sent(screen: Screen, api: Api, address: str, path: Path, dry_run: bool) -> Json:
    api.token()
    with path.open("rb") as file:
        try:
            return api.post(
                address,
                files={"file": (path.name, file, "application/octet-stream")},
                data={"dry_run": "true" if dry_run else "false"},
                timeout=TIMEOUT,
            )
        except Refused as refused:
            problem = refused.problem
            _problems(screen, problem.get("errors", ()), problem.get("args", {}).get("problems", 0))
            raise Refused(refused.status, problem, str(path)) from refused


def _problems(screen: Screen, problems: Iterable[Mapping[str, Any]], total: int) -> None:
    found = list(problems)
    if not found:
        return
    made = table(*(screen.word(f"cli.{name}") for name in ("row", "field", "reason")), right=(0,))
    for one in found:
        made.add_row(*cells(one.get("row_no") or "", one["field"], one["message"]))
    screen.show(made)
    if total > len(found):
        screen.say("cli.more_problems", count=total - len(found))
