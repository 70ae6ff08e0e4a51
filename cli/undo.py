"""``tidemark undo``: take back what a task has loaded, and see before what that would be."""

import time
from datetime import date
from typing import Annotated

import typer

from cli import figures
from cli.api import Api, Json
from cli.closed_period import ClosedPeriodReason
from cli.failures import CLEAN, PARTIAL, Interrupted, Unreachable
from cli.root import state_of
from cli.screen import Screen
from cli.undone import SHOWN, conflicts
from cli.watching import TaskId

PATIENCE_SECONDS = 60.0
POLL_SECONDS = 0.5

Preview = Annotated[bool, typer.Option("--preview", help="Only say what would be done.")]
Force = Annotated[
    bool, typer.Option("--force", help="Take back also what was changed since or brought by others as well.")
]
Follow = Annotated[bool, typer.Option("--follow", help="Wait until it is done, and say what was left.")]


def undo(
    ctx: typer.Context,
    task_id: TaskId,
    preview: Preview = False,
    force: Force = False,
    follow: Follow = False,
    closed_period_reason: ClosedPeriodReason = None,
) -> None:
    """Take back what a task has loaded: new rows go, changed rows get their earlier values back. What others
    have changed since, or loaded as well, stays. The exit code is 1 where something stays."""
    state = state_of(ctx)
    with state.api() as api:
        if preview:
            asked = {"force": force, "override_closed_period": closed_period_reason is not None}
            raise typer.Exit(_foresee(state.screen, api, str(task_id), asked))
        reason = {"closed_period_reason": closed_period_reason} if closed_period_reason else {}
        answer = api.post(f"/tasks/{task_id}/undo", json={"force": force, **reason})
        state.screen.err.print(answer["message"], markup=False, soft_wrap=True)
        if follow:
            raise typer.Exit(_followed(state.screen, api, str(task_id)))
        state.screen.raw(str(task_id))


def _foresee(screen: Screen, api: Api, task_id: str, asked: Json) -> int:
    found = api.get(f"/tasks/{task_id}/undo/preview", asked | {"limit": SHOWN})
    screen.line(found["message"])
    if found["dates"]:
        days = {
            name: figures.day(date.fromisoformat(value), screen.language)
            for name, value in found["dates"].items()
        }
        screen.say("cli.undo.dates", **days)
    conflicts(screen, found["items"], sum(found["by_reason"].values()))
    return PARTIAL if found["conflicts"] or not found["possible"] else CLEAN


def _followed(screen: Screen, api: Api, task_id: str) -> int:
    try:
        done = _finished(screen, api, task_id)
    except KeyboardInterrupt as stop:
        raise Interrupted("cli.undo.goes_on", id=task_id) from stop
    screen.line(api.get(f"/tasks/{task_id}")["progress"]["message"])
    page = api.get(f"/tasks/{task_id}/undo/conflicts", {"limit": SHOWN})
    conflicts(screen, page["items"], done["conflicts"])
    return PARTIAL if done["conflicts"] else CLEAN


def _finished(screen: Screen, api: Api, task_id: str) -> Json:
    """The undo when it is done and the task shows it; an API that restarts is waited for."""
    answered, said = time.monotonic(), ""
    while True:
        try:
            done = api.get(f"/tasks/{task_id}/undo")
            task = api.get(f"/tasks/{task_id}")
        except Unreachable:
            if time.monotonic() - answered > PATIENCE_SECONDS:
                raise
        else:
            answered = time.monotonic()
            if done["state"] == "finished" and task["outcome"] == "undone":
                return done
            if (message := task["progress"]["message"]) != said:
                said = message
                screen.err.print(message, markup=False, soft_wrap=True)
        time.sleep(POLL_SECONDS)
