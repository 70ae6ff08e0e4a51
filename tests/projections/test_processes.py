"""A search for who is no person finds what a walk over all events finds."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from events.cloudevents import encode
from events.topics import TASKS
from infra.clock import new_id
from infra.settings import Settings
from projections.migrations.p009_process_hours import FILL
from projections.polled import Message
from projections.position import Position
from projections.processes import hour_rows, hours
from projections.queries import processes
from projections.queries.search import EventFilter, events
from projections.record import Record
from tests.projections.applying import applied
from tests.projections.story import batch, envelope, started, submitted

PARTITIONS = (2, 3)
BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
PROCESSES = ("system:reader", "system:sweeper", "system:away", "nobody of this name")
EVENTS = (submitted, started, batch(1), batch(2))


class Said(NamedTuple):
    """Who wrote which event how many minutes after the beginning."""

    actor: str
    event: int
    minutes: int
    partition: int


# Most of an hour, then days of nothing; at the very ends of hours too.
said = st.builds(
    Said,
    st.sampled_from([*PROCESSES[:2], f"user:{new_id()}"]),
    st.integers(0, len(EVENTS) - 1),
    st.one_of(st.integers(0, 120), st.integers(0, 100).map(lambda hour: hour * 60)),
    st.sampled_from(PARTITIONS),
)
moments = st.one_of(st.none(), st.integers(0, 200).map(lambda minutes: BEGIN + timedelta(minutes=minutes)))
wanted = st.builds(
    EventFilter,
    type=st.sampled_from([(), (), ("task.started.v1",), ("task.batch_imported.v1", "task.submitted.v1")]),
    kind=st.sampled_from([(), (), (), (submitted.kind,), ("bulk",)]),
    actor=st.sampled_from([*PROCESSES, *PROCESSES[:2], *PROCESSES[:2]]),
    time_from=st.one_of(st.none(), moments),
    time_to=st.one_of(st.none(), moments),
    q=st.sampled_from([None, None, submitted.kind]),
)


def _messages(told: Sequence[Said], ends: dict[int, int]) -> list[Message]:
    made = []
    for one in told:
        message = envelope(EVENTS[one.event], task_id=new_id())
        value, headers = encode(
            message._replace(actor=one.actor, time=BEGIN + timedelta(minutes=one.minutes))
        )
        ends[one.partition] += 1
        made.append(Message(TASKS, one.partition, ends[one.partition], value, headers))
    return made


async def _paged(connection: AsyncConnection, wanted: EventFilter) -> list[Any]:
    found, cursor = list[Any](), None
    while True:
        page = await events(connection, wanted, cursor, 3)
        found += [row["id"] for row in page.items]
        if (cursor := page.next_cursor) is None:
            return found


async def _walked(connection: AsyncConnection, wanted: EventFilter) -> list[Any]:
    rows = await connection.execute(
        text('SELECT * FROM task_event ORDER BY time DESC, partition DESC, "offset" DESC')
    )
    return [
        row.id
        for row in rows
        if row.actor == wanted.actor
        and (not wanted.type or row.type in wanted.type)
        and (not wanted.kind or row.kind in wanted.kind)
        and (wanted.time_from is None or row.time >= wanted.time_from)
        and (wanted.time_to is None or row.time < wanted.time_to)
        and (wanted.q is None or row.type == "task.submitted.v1")
    ]


@contextlib.asynccontextmanager
async def told_of(settings: Settings, told: Sequence[Said]) -> AsyncIterator[AsyncConnection]:
    """A connection to read models of nothing but this."""
    async with applied(settings) as live, live.reading() as connection:
        await connection.execute(
            text("TRUNCATE task, attempt, batch, task_event, task_standing, process_hour")
        )
        await connection.commit()
        ends = {partition: live.positions[TASKS, partition] for partition in PARTITIONS}
        messages = _messages(told, ends)
        for some in messages[:10], messages[10:]:
            if some:
                await live.apply(some)
        yield connection


@pytest.mark.integration
@limits(max_examples=25, deadline=None)
@given(st.lists(said, min_size=1, max_size=30), st.lists(wanted, min_size=5, max_size=5), st.booleans())
async def test_a_search_for_a_process_finds_all_of_it(
    settings: Settings, told: list[Said], filters: list[EventFilter], few: bool
) -> None:
    """Page by page, also where a process wrote in more hours than are tried one by one."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(processes, "FEW", processes.FEW if few else 0)
        async with told_of(settings, told) as connection:
            for one in filters:
                assert await _paged(connection, one) == await _walked(connection, one)


@pytest.mark.integration
@limits(max_examples=10, deadline=None)
@given(st.lists(said, max_size=30))
async def test_the_migration_finds_the_same_hours(settings: Settings, told: list[Said]) -> None:
    async with told_of(settings, told) as connection:
        every = text("SELECT actor, hour, partition FROM process_hour ORDER BY 1, 2, 3")
        noted = (await connection.execute(every)).all()
        await connection.execute(text("TRUNCATE process_hour"))
        await connection.exec_driver_sql(FILL.replace("%", "%%"))
        assert (await connection.execute(every)).all() == noted
        assert len(noted) == len(
            {(one.actor, one.minutes // 60, one.partition) for one in told if one.actor in PROCESSES}
        )


@given(st.lists(st.tuples(st.sampled_from([*PROCESSES, "user:1"]), st.datetimes(timezones=st.timezones()))))
def test_hours_are_of_utc_and_of_no_person(told: list[tuple[str, datetime]]) -> None:
    record = Record(Position(1, 2), "", "", BEGIN, "", "", "", None, "", "")
    rows = hour_rows(hours(record._replace(actor=actor, time=time) for actor, time in told))
    expected = {
        (actor, time.astimezone(UTC).replace(minute=0, second=0, microsecond=0))
        for actor, time in told
        if not actor.startswith("user:")
    }
    assert {(row["actor"], datetime.fromisoformat(row["hour"])) for row in rows} == expected
    assert len(rows) == len(expected)
