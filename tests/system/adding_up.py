"""Does everything add up as expected: counts of tasks and attempts, rejected rows, the documents."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tests.system.client import Client, Json
from tests.system.expecting import Books, Document, Task
from tests.system.running import RunningStack

_ROWS = """
SELECT task_id::text, row_no, amount, to_char(booked_on, 'DD.MM.YYYY') FROM bank_transaction
WHERE task_id = ANY(%s::uuid[]) AND NOT retracted
"""


@dataclass(frozen=True)
class Adding:
    """What there is, held against ``books``; everything has settled."""

    stack: RunningStack
    client: Client
    books: Books

    def check(self) -> None:
        for task in self.books.tasks.values():
            self.check_counts(task)
        self.check_rows()

    def check_counts(self, task: Task) -> None:
        """As many verdicts as rows, in the task and in each attempt, and as many rejected rows."""
        shown = self.client.task(task.id)
        counted = task.counted()
        rejected = sum(not loaded for loaded in counted.values())
        found = sum(shown["counts"].values()), shown["counts"]["rejected"]
        assert found == (len(counted), rejected), f"counts of {task.id}: {shown['counts']}"
        if shown["status"] == "completed" and shown["outcome"] != "undone":
            assert len(counted) == len(task.file.rows), f"{task.id} is completed without all rows"
            assert shown["outcome"] == ("partial" if rejected else shown["outcome"])
        for attempt in self.client.every(f"/tasks/{task.id}/attempts"):
            self.check_attempt(task, attempt)
        listed = self.client.every(f"/tasks/{task.id}/rejects", only_current=True)
        assert {row["row_no"] for row in listed} == task.rejected, f"what stands rejected of {task.id}"

    def check_attempt(self, task: Task, attempt: Json) -> None:
        of = f"attempt {attempt['attempt']} of {task.id}"
        batches = self.client.every(f"/tasks/{task.id}/batches", attempt=attempt["attempt"])
        assert sum(attempt["counts"].values()) == sum(batch["rows"] for batch in batches), of
        if attempt["status"] == "completed":
            assert sum(attempt["counts"].values()) == attempt["rows"], of

    def check_rows(self) -> None:
        """Exactly the documents that some task brings, each once, and each belongs to one who brings it."""
        wanted = self.books.documents()
        found: dict[Document, str] = {}
        with self.stack.database() as connection:
            rows = connection.execute(_ROWS, [list(self.books.tasks)]).fetchall()
        for task_id, row_no, amount, day in rows:
            found[self.books.tasks[task_id].file.name, row_no, amount, day] = task_id
        assert len(found) == len(rows), "documents that are there twice"
        assert _first(set(found) - set(wanted)) == [], "documents that nobody brings any more"
        assert _first(set(wanted) - set(found)) == [], "documents that are missing"
        strangers = Counter(task for document, task in found.items() if task not in wanted[document])
        assert not strangers, "documents that belong to who does not bring them"


def _first(documents: set[Document], most: int = 5) -> Sequence[Document]:
    return sorted(documents)[:most]
