"""Tasks that bring rows which are there already."""

_MOST = 1_000


class Repeating:
    """Remembers them, the latest 1,000, so that only the first such batch of a task is tried twice."""

    def __init__(self) -> None:
        self._tasks: dict[str, None] = {}

    def __contains__(self, task_id: str) -> bool:
        return task_id in self._tasks

    def add(self, task_id: str) -> None:
        self._tasks[task_id] = None
        while len(self._tasks) > _MOST:
            del self._tasks[next(iter(self._tasks))]
