"""Tasks that were chosen before: frozen when somebody looked at them, read from the object store."""

from collections.abc import AsyncGenerator, Sequence
from typing import Any

import orjson

from domain.errors import Fatal
from infra.objects import ObjectStore
from jobs.base import Page, SourceTools, Summary, Survey, TaskSpec

MOST_SELECTED = 10_000
_PAGE = 500


def path_of(selection: str) -> str:
    """Where the selection of that hash is."""
    return f"selections/{selection}"


async def kept(objects: ObjectStore, selection: str, chosen: dict[str, Any]) -> None:
    """Keep what was chosen under its hash: ``tasks`` (ids) and the ``position`` they were chosen at."""
    await objects.put_if_absent(path_of(selection), orjson.dumps(chosen))


async def found(objects: ObjectStore, selection: str) -> dict[str, Any] | None:
    """What was chosen, None where nothing was kept under that hash."""
    data = await objects.get(path_of(selection))
    return None if data is None else dict(orjson.loads(data))


class SelectedTasks:
    """One row a task, in the order in which they were chosen."""

    def __init__(self, task: TaskSpec, tools: SourceTools) -> None:
        self._objects = tools.objects
        self._selection = str(task.source["selection"])
        self._tasks: Sequence[str] = ()

    async def survey(self) -> Survey:
        chosen = await found(self._objects, self._selection)
        if chosen is None:
            raise Fatal("selection_missing")
        self._tasks = chosen["tasks"]
        return Survey(rows=len(self._tasks), context={"position": chosen["position"]})

    async def pages(self) -> AsyncGenerator[Page, None]:
        for start in range(0, len(self._tasks), _PAGE):
            yield Page([{"task_id": task} for task in self._tasks[start : start + _PAGE]])

    def summary(self) -> Summary:
        return Summary(rows=len(self._tasks))
