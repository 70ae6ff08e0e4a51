"""As of a moment: the very rows that the projection had then, however it got there."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from events.base import Event
from events.tasks import TaskCancelRequested, TaskPurged, TaskRequestAccepted
from infra.clock import new_id
from infra.settings import Settings
from projections.fold import Read
from projections.position import BadPosition, Position
from projections.queries import freshness, past, tasks
from projections.queries.task_filter import TaskFilter
from tests.projections.applying import Applied, applied
from tests.projections.story import (
    BEGIN,
    batch,
    cancelled,
    completed,
    envelope,
    source_read,
    started,
    submitted,
)

accepted = TaskRequestAccepted(seq=3, request="replay", attempt=2, scope="unfinished")
again = started.model_copy(update={"seq": 4, "attempt": 2})
LONG: list[Event] = [
    submitted,
    started,
    *[batch(number) for number in range(1, 150)],
    batch(7),
    TaskCancelRequested(),
    batch(150),
    cancelled(left=15_000),
    accepted,
    again,
    *[batch(number, attempt=2) for number in range(151, 240)],
    source_read(24_000, 239, attempt=2),
    completed(9_000, seq=5, attempt=2),
    TaskPurged(seq=6),
]


async def _shown(applied: Applied, task_id: str) -> tuple[Any, dict[str, int]]:
    async with applied.reading() as connection:
        row = await tasks.one(connection, UUID(task_id))
        return row, await freshness.counts(connection)


@pytest.mark.integration
async def test_every_moment_of_a_task_is_as_the_projection_had_it(settings: Settings) -> None:
    """Over snapshots, repeats, a replay and a cleanup; by position and by time, which agree."""
    task_id = new_id()
    async with applied(settings) as made:
        history = []
        for message in made.messages(task_id, LONG):
            await made.apply([message])
            history.append((Position(3, message.offset), *(await _shown(made, task_id))))
        async with made.reading() as connection:
            for second, (position, row, counts) in enumerate(history):
                at = BEGIN + timedelta(seconds=second)
                assert await past.one(connection, UUID(task_id), position) == row
                assert await past.one(connection, UUID(task_id), at) == row
                assert await past.counts(connection, at) == counts
                page = await past.listed(connection, TaskFilter(q=task_id), at)
                assert page.items == ([] if row is None else [row])
            assert await past.one(connection, UUID(task_id), BEGIN - timedelta(seconds=1)) is None
            with pytest.raises(BadPosition):
                await past.one(connection, UUID(task_id), Position(4, 0))


@pytest.mark.integration
async def test_the_list_of_a_moment_pages_and_filters_as_the_list_of_now(settings: Settings) -> None:
    async with applied(settings) as made:
        made_here = [new_id() for _ in range(7)]
        for partition, task_id in enumerate(made_here):
            await made.apply(made.messages(task_id, [submitted, started, completed(0)], partition))
        async with made.reading() as connection:
            wanted = TaskFilter(status=("running",))
            at = BEGIN + timedelta(seconds=1, microseconds=5)
            first = await past.listed(connection, wanted, at, limit=4)
            rest = await past.listed(connection, wanted, at, first.next_cursor, limit=4)
            found = [row.task["id"] for row in first.items + rest.items]
            assert len(found) == len(set(found)) >= len(made_here) - 1
            assert {row.task["status"] for row in first.items + rest.items} == {"running"}
            everybody = await past.listed(connection, wanted, at, limit=500)
            assert set(made_here) <= {row.task["id"] for row in everybody.items}
            later = await past.listed(connection, wanted, at + timedelta(seconds=2))
            assert not set(made_here) & {row.task["id"] for row in later.items}
            waiting = await past.listed(connection, TaskFilter(retrying=True), at)
            assert waiting.items == []
            done = await past.counts(connection, at + timedelta(days=400))
            assert done == await freshness.counts(connection)


@limits(deadline=None)
@given(st.lists(st.integers(-3, 3), min_size=6, max_size=6), st.integers(0, 8))
def test_a_clock_that_goes_back_shows_no_moment_twice(jumps: list[int], second: int) -> None:
    """What was seen at a time is a beginning of the log, and a later time never shows less of it."""
    events = [submitted, started, batch(1), batch(2), source_read(200, 2), completed(200)]
    reads = [
        Read(Position(3, number), envelope(event, second=max(0, number + jump) if number else 0))
        for number, (event, jump) in enumerate(zip(events, jumps, strict=True))
    ]
    prefixes = [past.folded(reads[:count], None, None) for count in range(len(reads) + 1)]
    shown = [past.folded(reads, None, BEGIN + timedelta(seconds=at)) for at in (second, second + 1)]
    places = [prefixes.index(view) for view in shown]
    assert places == sorted(places)
