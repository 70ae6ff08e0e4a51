"""What must be there after any sequence of requests: files, tasks and their events folded in plain Python.

It knows which rows a file has and what a person has corrected; which batches an attempt had loaded when it
was stopped, it takes from the log. The rest follows: who brings which document, how each row counts.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from tests.system.client import Json

BATCH = 10
# What a bad row needs, and what persons write there: the last of each is no better.
REPAIRS = {
    "amount_missing": ("12.34", "56.78", "1,2,3"),
    "date_impossible": ("27.02.2025", "28.02.2025", "30.02.2025"),
}
_SUMS = re.compile(r"\r\nСумма=([^\r]*)\r\n.*?\r\nДатаСписано=([^\r]*)\r\nДатаПоступило=([^\r]*)\r\n", re.S)

Document = tuple[str, int, Decimal, str]


@dataclass(frozen=True)
class File:
    """A statement; ``rows`` are amount and booking day as they are written, by row number from 1."""

    name: str
    content: bytes
    rows: dict[int, tuple[str, str]]

    @classmethod
    def of(cls, name: str, content: bytes) -> "File":
        found = _SUMS.findall(content.decode("cp1251"))
        rows = {n: (amount, spent or received) for n, (amount, spent, received) in enumerate(found, 1)}
        return cls(name, content, rows)

    def document(self, row_no: int, correction: str | None) -> Document | None:
        """The payment that the row is, None where it is rejected as it stands."""
        amount, day = self.rows[row_no]
        if correction is not None:
            amount, day = (amount, correction) if amount else (correction, day)
        if not amount or day in ("31.02.2025", "30.02.2025"):
            return None
        try:
            return self.name, row_no, Decimal(amount), day
        except InvalidOperation:
            return None

    def batch(self, batch_no: int) -> list[int]:
        """Numbers of the rows of a batch."""
        first = (batch_no - 1) * BATCH + 1
        return [row for row in range(first, first + BATCH) if row in self.rows]


@dataclass
class Reading:
    """Attempts over one reading of the source: by row whether it is loaded, and whether one has completed."""

    loaded: dict[int, bool] = field(default_factory=dict)
    complete: bool = False


@dataclass
class Task:
    """A task as its log tells it. ``corrections`` are the latest a person has made, by row."""

    id: str
    file: File
    corrections: dict[int, str] = field(default_factory=dict)
    readings: dict[int, Reading] = field(default_factory=lambda: defaultdict(Reading))
    attempts: dict[int, tuple[str, int]] = field(default_factory=lambda: {1: ("all", 1)})
    seen: set[str] = field(default_factory=set)
    heads: int = 0
    last_end: str | None = None
    undone: bool = False

    @property
    def reading(self) -> Reading:
        """The one that numbers the rows now."""
        return self.readings[self.attempts[max(self.attempts)][1]]

    @property
    def rejected(self) -> set[int]:
        """Rows that stand rejected."""
        return {row for row, loaded in self.reading.loaded.items() if not loaded}

    def counted(self) -> dict[int, bool]:
        """Each row's latest verdict; a reading that was stopped counts where it got further."""
        found: dict[int, bool] = {}
        for _, reading in sorted(self.readings.items()):
            if reading.complete or len(reading.loaded) > len(found):
                found = reading.loaded
        return found


@dataclass
class Books:
    """All tasks, and which of them bring each document."""

    tasks: dict[str, Task] = field(default_factory=dict)
    brought: dict[Document, set[str]] = field(default_factory=lambda: defaultdict(set))

    def fold(self, task: Task, events: list[Json]) -> None:
        """What the log has of the task, from its first event on; what was folded before is passed over."""
        for event in events[task.heads :]:
            if event["id"] not in task.seen:
                task.seen.add(event["id"])
                self._take(task, event["type"], event["data"])
        task.heads = len(events)

    def _take(self, task: Task, kind: str, data: Json) -> None:
        match kind:
            case "task.request_accepted.v1" if data["request"] == "replay":
                anew = data["scope"] == "all" and data["input"] == "source"
                origin = data["attempt"] if anew else task.attempts[max(task.attempts)][1]
                task.attempts[data["attempt"]] = (data["scope"], origin)
            case "task.batch_imported.v1":
                self._imported(task, data)
            case "task.completed.v1":
                task.readings[task.attempts[data["attempt"]][1]].complete = True
                task.last_end, task.undone = "completed", False
            case "task.cancelled.v1":
                task.last_end = "cancelled"
            case "task.undone.v1":
                task.undone = True
                self._undone(task, data)
            case _:
                assert "failed" not in kind, (kind, data)

    def _imported(self, task: Task, data: Json) -> None:
        scope, origin = task.attempts[data["attempt"]]
        loaded = task.readings[origin].loaded
        rows = task.file.batch(data["batch_no"])
        if scope == "rejected":
            rows = [row for row in rows if loaded.get(row) is False]
        documents = {row: task.file.document(row, task.corrections.get(row)) for row in rows}
        bad = [row for row, document in documents.items() if document is None]
        assert (data["rows"], data["rejected"]) == (len(rows), len(bad)), ("rows and rejected of", data)
        for row, document in documents.items():
            loaded[row] = document is not None
            if document is not None:
                self.brought[document].add(task.id)

    def _undone(self, task: Task, data: Json) -> None:
        alone = sum(tasks == {task.id} for tasks in self.brought.values())
        assert data["removed"] == alone, f"{data['removed']} rows went, {alone} were the task's alone"
        for tasks in self.brought.values():
            tasks.discard(task.id)

    def documents(self) -> dict[Document, set[str]]:
        """What must be in the database, each once, and whose it may be."""
        return {document: tasks for document, tasks in self.brought.items() if tasks}
