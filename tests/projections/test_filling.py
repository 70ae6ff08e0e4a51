"""Tables that are filled in bulk are those that the live projection makes of the same messages."""

import contextlib
from collections.abc import AsyncIterator, Sequence

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from events.base import Event
from events.tasks import (
    TaskCancelRequested,
    TaskProgressed,
    TaskPurged,
    TaskRequestAccepted,
    TaskRetryScheduled,
    TaskUndone,
)
from events.topics import TASKS
from infra.clock import new_id
from infra.postgres import create_engine, driver
from infra.settings import Settings
from projections import rebuild
from projections.polled import Message, decoded
from projections.rebuilding import indexes
from projections.rebuilding.comparing import Side, compared
from projections.rebuilding.copying import copy
from projections.rebuilding.filling import Filling, begin, finish
from projections.rebuilding.lines import lines
from projections.rebuilding.told import Tasks
from projections.record import Head
from projections.repeats import PUBLISHED_AGAIN
from projections.schema import in_schema
from projections.store import Displaced
from tests.projections.applying import applied
from tests.projections.story import (
    BEGIN,
    ERROR,
    batch,
    cancelled,
    completed,
    failed,
    source_read,
    started,
    submitted,
)

BESIDE = "read_filled"
PARTITION = 3
EVENTS: list[Event] = [
    submitted,
    submitted.model_copy(update={"params": {"a": "\t\\N \n\r\\\0 «ещё»"}}),
    started,
    started.model_copy(update={"seq": 4, "attempt": 2, "worker": "w\\\t\0"}),
    *(batch(number) for number in (1, 2)),
    batch(1).model_copy(update={"worker": "a\tb\\c\nd"}),
    batch(3, attempt=2, rejected=4),
    source_read(200, 2),
    TaskProgressed(attempt=1, processed=5, total=9, message="task.reading"),
    TaskRetryScheduled(seq=2, attempt=1, tries=1, limit=5, at=BEGIN, error=ERROR),
    TaskCancelRequested(),
    cancelled(seq=2, left=100),
    completed(197, seq=5, rejected=3),
    failed(seq=6),
    TaskRequestAccepted(seq=3, request="replay", attempt=2, scope="unfinished"),
    TaskUndone(seq=7, removed=1, restored=2, conflicts=0),
    TaskPurged(seq=8),
]
_KEYS = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype = 'p' AND connamespace = %s::regnamespace ORDER BY 1
"""
# Of each event the task it tells of, mostly in an order that a task can have.
stories = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(EVENTS)), min_size=1, max_size=60).map(
    lambda told: [(task, submitted) for task in range(3)] + told
)


@contextlib.asynccontextmanager
async def beside(settings: Settings) -> AsyncIterator[tuple[AsyncEngine, AsyncEngine]]:
    """Empty tables without indexes, with their offsets; and the statements that make these."""
    writing = in_schema(create_engine(settings.libpq_url, pool_size=1), BESIDE, writes=True)
    engine = create_engine(settings.libpq_url, pool_size=3)
    try:
        await rebuild.made(engine, BESIDE)
        yield engine, writing
    finally:
        await writing.dispose()
        await engine.dispose()


async def filled(writing: AsyncEngine, sets: Sequence[Sequence[Message]], most: int, first: int) -> None:
    place = (TASKS, PARTITION)
    async with writing.connect() as connection:
        raw = await driver(connection)
        await raw.execute(
            'INSERT INTO projection_offset (topic, partition, topic_id, "offset") VALUES (%s, %s, %s, -1)',
            [TASKS, PARTITION, "id"],
        )
        await begin(raw, place)
        with Tasks(most) as tasks:
            filling = Filling(tasks)
            for messages in sets:
                await copy(raw, filling.apply(decoded(messages, {place: first}, "")))
            await finish(raw, filling, place, sets[-1][-1].offset)
        await raw.commit()


@pytest.mark.integration
@limits(max_examples=15, deadline=None)
@given(st.lists(stories, min_size=1, max_size=4), st.integers(1, 30), st.integers(1, 3))
async def test_filled_equals_live(
    settings: Settings, told: list[list[tuple[int, Event]]], size: int, most: int
) -> None:
    """Whatever happened to a few tasks, however it is cut into sets, and with hardly a task in memory."""
    async with applied(settings) as live, beside(settings) as (engine, writing):
        async with live.reading() as connection:
            raw = await driver(connection)
            for table in (*indexes.TABLES, "purged_task", "task_count", "task_count_change", "process_hour"):
                await raw.execute(f"TRUNCATE {table}")
            await raw.commit()
        first = live.positions[TASKS, PARTITION]
        messages: list[Message] = []
        for story in told:
            ids = [new_id() for _ in range(4)]
            for task, event in story:
                messages += live.messages(ids[task], [event], PARTITION)
                if type(event) in PUBLISHED_AGAIN:
                    # Whoever published it did not know whether he had.
                    [place] = live.messages(ids[task], [event], PARTITION)
                    messages.append(messages[-1]._replace(offset=place.offset))
        for some in messages[:40], messages[40:]:
            if some:
                await live.apply(some)
        async with engine.begin() as one:
            aside = await indexes.put_aside(one, BESIDE)
        sets = [messages[at : at + size] for at in range(0, len(messages), size)]
        await filled(writing, sets, most, first)
        await indexes.made(engine, aside)
        async with engine.connect() as one, engine.connect() as other:
            found = await compared(Side(one, "read"), Side(other, BESIDE))
        found_apart = {table: n for table, n in found.differences.items() if table != "projection_offset"}
        assert found_apart == {}
        assert found.rows["task_event"] == len(messages)


@pytest.mark.integration
async def test_a_partition_of_which_there_is_something_is_not_filled(settings: Settings) -> None:
    async with applied(settings) as live:
        messages = live.messages(new_id(), [submitted], PARTITION)
        await live.apply(messages)
        async with live.reading() as connection:
            with pytest.raises(Displaced):
                await begin(await driver(connection), (TASKS, PARTITION))


@pytest.mark.integration
async def test_tables_have_all_their_indexes_again(settings: Settings) -> None:
    query = (
        "SELECT tablename, indexname, replace(indexdef, ' ON ' || schemaname || '.', '') FROM pg_indexes"
        " WHERE schemaname = %s ORDER BY 1, 2"
    )
    async with beside(settings) as (engine, _):
        async with engine.begin() as connection:
            aside = await indexes.put_aside(connection, BESIDE)
        await indexes.made(engine, aside)
        async with engine.connect() as connection:
            raw = await driver(connection)
            live, made = [await (await raw.execute(query, [name])).fetchall() for name in ("read", BESIDE)]
            keys = [await (await raw.execute(_KEYS, [name])).fetchall() for name in ("read", BESIDE)]
    assert made == live
    assert keys[0] == keys[1]


def test_a_task_comes_back_from_the_file_as_it_went() -> None:
    with Tasks(most=2) as tasks:
        for number in range(9):
            tasks.these([str(number)])[str(number)].head = Head(number)
        for number in (3, 8, 0):
            assert tasks.these([str(number)])[str(number)].head == Head(number)
        tasks.these(["3"])["3"].purged = True
        tasks.these(["4", "5", "6"])
        assert tasks.these(["3"])["3"].purged
        assert sorted(task for task, _ in tasks.all()) == [str(number) for number in range(9)]


def test_a_line_has_as_many_values_as_columns_whatever_is_in_them() -> None:
    row = {"a": "\t\n\r\\\0", "b": None, "c": {"k": "\0\\\n"}, "d": True, "e": 3, "f": BEGIN}
    [line, rest] = lines([row], 'a, b, c, d, "e", f').split("\n")
    assert rest == ""
    assert line.split("\t") == [
        r"\t\n\r\\" + "\u2400",
        r"\N",
        r'{"k":"' + "\u2400" + r'\\\\\\n"}',
        "t",
        "3",
        "2026-03-03T09:00:00.000000Z",
    ]
