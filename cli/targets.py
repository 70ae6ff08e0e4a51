"""The tasks of a bulk operation: as a person knows them, what was answered, how they stand."""

import time
from collections.abc import Iterable, Sequence

from cli import figures
from cli.api import Api, Json
from cli.failures import CLEAN, PARTIAL, REFUSED, Refused
from cli.following import ENDED
from cli.screen import Screen, cells, table
from cli.status import exit_code, tag
from infra.wording import has_words, number

KIND = "bulk"
POLL_SECONDS = 0.5
# Of so many the tasks themselves are shown; of all others what was answered.
_SHOWN = 100


def targets(screen: Screen, api: Api, task_id: str) -> list[Json]:
    """What was asked of each so far and what was answered, with how it stands now."""
    found = list(api.items(f"/tasks/{task_id}/targets"))
    if found:
        screen.line()
        listed(screen, api, [(one["task_id"], one["result"], one["reason"]) for one in found])
    return found


def listed(screen: Screen, api: Api, rows: Sequence[tuple[str, str, str | None]]) -> None:
    """Task, what of it is or would be, and by what a person knows it."""
    headers = ("cli.bulk.task", "cli.kind", "cli.about", "cli.submitted", "cli.status", "cli.rows")
    made = table(*map(screen.word, (*headers, "cli.bulk.result", "cli.bulk.reason")), right=(5,), fixed=(0,))
    for task_id, result, reason in rows[:_SHOWN]:
        said = screen.word(f"cli.bulk.{result}")
        made.add_row(*cells(task_id, *_known(screen, api, task_id), said, reason or ""))
    screen.show(made)
    if len(rows) > _SHOWN:
        screen.say("cli.bulk.more", count=len(rows) - _SHOWN)


def followed(screen: Screen, api: Api, task_id: str, action: str) -> int:
    """Wait until every task that was asked has done it; the exit code is the worst of them."""
    told = 0
    while True:
        found = list(api.items(f"/tasks/{task_id}/targets"))
        waiting = [one for one in found if not _has_done(one, action)]
        if not waiting:
            break
        if told != len(waiting):
            told = len(waiting)
            screen.tell("cli.bulk.waits", count=told)
        time.sleep(POLL_SECONDS * min(len(waiting), 10))
    codes = [PARTIAL for one in found if one["result"] == "refused"]
    accepted = (one["task_id"] for one in found if one["result"] == "accepted")
    return max([*codes, *(_code(task, action) for task in _tasks(api, accepted))], default=CLEAN)


def _has_done(target: Json, action: str) -> bool:
    if target["result"] in ("skipped", "refused") or target["status"] is None:
        return True
    if target["result"] != "accepted" or target["status"] not in ENDED:
        return False
    return action != "undo" or target["outcome"] == "undone"


def _code(task: Json, action: str) -> int:
    if action == "replay":
        return exit_code(task)
    if action == "undo":
        left = (task["result"] or {}).get("undo", {}).get("conflicts", 0)
        return PARTIAL if left else CLEAN
    return CLEAN if task["status"] == "cancelled" else REFUSED


def _tasks(api: Api, ids: Iterable[str]) -> Iterable[Json]:
    for task_id in ids:
        yield api.get(f"/tasks/{task_id}")


def _known(screen: Screen, api: Api, task_id: str) -> tuple[str, ...]:
    try:
        task = api.get(f"/tasks/{task_id}")
    except Refused:
        # Cleanup has taken it out of the lists since.
        return "", "", "", "", ""
    code = f"cli.kind.{task['kind']}"
    return (
        screen.word(code) if has_words(code, screen.language) else task["kind"],
        task["about"] or "",
        figures.moment(task["created_at"], screen.language),
        str(tag(screen, task)),
        number(sum(task["counts"].values()), screen.language),
    )
