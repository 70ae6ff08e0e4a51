"""Who was in the list then is whom the list showed then, whatever is asked and however it is looked for."""

from datetime import timedelta
from itertools import product, zip_longest

import pytest

from events.base import Event
from events.tasks import TaskPurged, TaskRetryScheduled, TaskUndone
from infra.clock import new_id
from infra.settings import Settings
from projections.queries import past, tasks
from projections.queries.task_filter import TaskFilter
from tests.projections.applying import applied
from tests.projections.story import (
    BEGIN,
    ERROR,
    USER,
    batch,
    cancelled,
    completed,
    failed,
    source_read,
    started,
    submitted,
)

pytestmark = pytest.mark.integration

other = submitted.model_copy(update={"kind": "contractors"})
retried = TaskRetryScheduled(seq=2, attempt=1, tries=1, limit=5, at=BEGIN, error=ERROR)
STORIES: list[list[Event]] = [
    [submitted],
    [submitted, started, batch(1), source_read(100, 1), completed(100)],
    [other, started, batch(1, rejected=1), source_read(100, 1), completed(99, rejected=1)],
    [submitted, started, failed()],
    [other, started, retried, started.model_copy(update={"seq": 3, "tries": 2}), failed(seq=4)],
    [other, started, cancelled()],
    [submitted, started, completed(0), TaskUndone(seq=3, removed=0, restored=0, conflicts=0)],
    [submitted, started, completed(0), TaskPurged(seq=3)],
    [other, started, failed(), TaskPurged(seq=3)],
]
STATUSES = ((), ("pending",), ("running",), ("pending", "running"), ("failed",), ("failed", "cancelled"))
FILTERS = [
    *(
        TaskFilter(status=status, kind=kind, retrying=retrying)
        for status, kind, retrying in product(
            (*STATUSES, ("completed",), ("running", "completed")),
            ((), ("contractors",)),
            (None, True, False),
        )
    ),
    *(TaskFilter(outcome=(outcome,)) for outcome in ("clean", "partial", "undone")),
    TaskFilter(failure=ERROR.fingerprint),
    TaskFilter(failure=ERROR.fingerprint, status=("running",)),
    TaskFilter(submitted_by=USER, outcome=("clean", "partial")),
    TaskFilter(submitted_by="nobody"),
    TaskFilter(created_from=BEGIN, created_to=BEGIN + timedelta(microseconds=1)),
]


async def test_the_list_of_every_moment_is_what_was_listed_then(settings: Settings) -> None:
    async with applied(settings) as made:
        mine = [made.messages(new_id(), story, place) for place, story in enumerate(STORIES)]
        shown: list[list[list[str]]] = []
        for messages in zip_longest(*mine):
            for message in messages:
                if message is not None:
                    await made.apply([message])
            async with made.reading() as connection:
                pages = [await tasks.listed(connection, wanted, limit=500) for wanted in FILTERS]
            shown.append([[row.task["id"] for row in page.items] for page in pages])
        async with made.reading() as connection:
            for second, lists in enumerate(shown):
                at = BEGIN + timedelta(seconds=second)
                for wanted, listed in zip(FILTERS, lists, strict=True):
                    page = await past.listed(connection, wanted, at, limit=500)
                    assert [row.task["id"] for row in page.items] == listed, (second, wanted)
                whole = await past.listed(connection, TaskFilter(), at, limit=4)
                rest = await past.listed(connection, TaskFilter(), at, whole.next_cursor, limit=500)
                assert [row.task["id"] for row in whole.items + rest.items] == lists[0]
