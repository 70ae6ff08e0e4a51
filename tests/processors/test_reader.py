"""The reader: leases that pass on, a cursor that goes on, failures that are told."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from domain.errors import SourceUnavailable, UnsupportedFormat
from events.topics import topic_specs
from infra.kafka import Publisher, ensure_topics
from infra.postgres import create_engine
from infra.settings import Settings
from processors.reader.keeping import keep_periods
from processors.reader.leases import LeaseLost
from processors.reader.worker import ReaderWorker
from tests.processors.reading_world import WHOLE, Rows, World, offered
from tests.processors.setting import end_attempt, running_task

pytestmark = pytest.mark.integration


@pytest.fixture
async def world(settings: Settings) -> AsyncIterator[World]:
    engine = create_engine(settings.database_url.get_secret_value())
    async with engine.begin() as connection:
        await connection.execute(text("TRUNCATE read_lease, recorded_batch, statement_period"))
    await ensure_topics(settings.kafka, topic_specs(settings.namespace))
    publisher = Publisher(settings.kafka)
    yield World(settings, engine, publisher)
    await publisher.stop()
    await engine.dispose()


async def test_success_the_source_is_in_the_log_and_said_to_be_read(world: World) -> None:
    leases = world.leases()
    lease = await offered(world, leases)
    await world.reader(Rows(), leases).read(lease)
    assert await world.batches(lease.spec.task_id) == WHOLE
    surveyed, read = await world.about(lease.spec.task_id)
    assert (surveyed.type, surveyed.total) == ("task.progressed.v1", 35)
    assert (read.rows, read.batches, read.notes) == (35, 4, ("a_note",))
    assert await leases.claim([]) is None
    # Another attempt at it finds the days there.
    await keep_periods(world.engine, lease, Rows().summary().periods)
    async with world.engine.connect() as connection:
        found = await connection.execute(text("SELECT * FROM statement_period"))
        assert [tuple(row)[1:] for row in found] == [
            ("1", place, date(2025, 3, 1), date(2025, 3, 2), 5, None) for place in (0, 1)
        ]


async def test_a_dry_run_covers_no_day(world: World) -> None:
    task = await running_task(world.engine, dry_run=True)
    leases = world.leases()
    await leases.offer([(task, 1, 1)])
    lease = await leases.claim([])
    assert lease is not None
    await world.reader(Rows(), leases).read(lease)
    async with world.engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM statement_period")) == 0


async def test_a_lease_is_held_by_one(world: World) -> None:
    await offered(world, world.leases())
    assert await world.leases("reader-2", "b").claim([]) is None


async def test_a_lease_that_ran_out_passes_on_and_fences_its_former_holder(world: World) -> None:
    slow = world.leases(seconds=-1)
    lease = await offered(world, slow)
    taken = await world.leases("reader-2", "b").claim([])
    assert taken is not None
    assert (taken.taken_from, taken.takeovers) == ("reader-1", 1)
    with pytest.raises(LeaseLost):
        await slow.renew(lease)


async def test_the_successor_of_a_killed_worker_does_not_wait(world: World) -> None:
    await offered(world, world.leases(token="killed"))
    taken = await world.leases(token="successor").claim([])
    assert taken is not None
    assert taken.taken_from == "reader-1"


async def test_cancel_ends_the_lease(world: World) -> None:
    leases = world.leases()
    lease = await offered(world, leases)
    await end_attempt(world.engine, lease.spec.task_id, "cancelled")
    with pytest.raises(LeaseLost):
        await leases.renew(lease)


async def test_reading_goes_on_where_the_one_before_was_killed(world: World) -> None:
    first = world.leases(token="killed")
    lease = await offered(world, first)

    class Killed(BaseException):
        pass

    def kill(page: int) -> None:
        if page == 2:
            raise Killed

    with pytest.raises(Killed):
        await world.reader(Rows(kill), first).read(lease)
    second = world.leases(token="successor")
    again = await second.claim([])
    assert again is not None
    assert again.batch_no in (0, 1)
    await world.reader(Rows(), second).read(again)
    found = await world.batches(lease.spec.task_id)
    assert [batch for number, batch in enumerate(found) if batch not in found[:number]] == WHOLE


async def run_until(world: World, rows: Rows, task: str, wanted: str) -> Any:
    """Let a reader process work until it has said ``wanted``."""
    worker = ReaderWorker(world.reader(rows), heartbeat=0.05)
    running = asyncio.create_task(worker.run())
    try:
        while True:
            for event in await world.about(task):
                if event.type == wanted:
                    return event
    finally:
        running.cancel()


def failing(error: Exception) -> Rows:
    def fail(page: int) -> None:
        raise error

    return Rows(fail)


@pytest.mark.parametrize(
    ("error", "code", "retryable"),
    [
        (UnsupportedFormat("not_client_bank", found="ZIP"), "not_client_bank", False),
        (SourceUnavailable("onec_unreachable", detail="secret words of 1C"), "onec_unreachable", True),
        (ZeroDivisionError("a bug"), "reader_crashed", True),
    ],
)
async def test_failing_to_read_is_told_with_its_code(
    world: World, error: Exception, code: str, retryable: bool
) -> None:
    task = await running_task(world.engine)
    await world.leases().offer([(task, 1, 1)])
    told = await run_until(world, failing(error), task, "task.work_failed.v1")
    assert (told.error.code, told.error.retryable) == (code, retryable)
    assert "secret" not in told.model_dump_json()
    if told.error.detail_id is not None:
        async with world.engine.connect() as connection:
            detail = await connection.scalar(
                text("SELECT detail FROM error_detail WHERE id = :id"), {"id": told.error.detail_id}
            )
        assert detail


async def test_a_stalled_reader_is_named_and_its_work_done(world: World) -> None:
    task = await running_task(world.engine)
    gone = world.leases("reader-9", "gone", seconds=-1)
    await gone.offer([(task, 1, 1)])
    await gone.claim([])
    stalled = await run_until(world, Rows(), task, "task.stalled.v1")
    assert (stalled.worker, stalled.successor) == ("reader-9", "reader-1")
    await run_until(world, Rows(), task, "task.source_read.v1")


async def test_a_source_that_kills_every_reader_is_given_up(world: World) -> None:
    task = await running_task(world.engine)
    for number in range(6):
        leases = world.leases(token=f"killed-{number}")
        await leases.offer([(task, 1, 1)])
        assert await leases.claim([]) is not None
    told = await run_until(world, Rows(), task, "task.work_failed.v1")
    assert told.error.code == "reader_died"


async def test_a_reader_waits_for_the_importers(world: World) -> None:
    leases = world.leases()
    lease = await offered(world, leases)
    reader = replace(world.reader(Rows(), leases), in_flight=2)
    reading = asyncio.create_task(reader.read(lease))
    while len(await world.batches(lease.spec.task_id)) < 2:
        pass
    assert await world.batches(lease.spec.task_id) == WHOLE[:2]
    async with world.engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO applied_batch (task_id, attempt, batch_no, content_hash)"
                " VALUES (:task, 1, 1, ''), (:task, 1, 2, '')"
            ),
            {"task": lease.spec.task_id},
        )
    await reading
    assert await world.batches(lease.spec.task_id) == WHOLE


async def test_batches_whose_order_counts_are_in_one_partition_as_the_source_has_them(world: World) -> None:
    leases = world.leases()
    lease = await offered(world, leases)
    await world.reader(Rows(), leases, in_order=True).read(lease)
    async with world.engine.connect() as connection:
        found = await connection.execute(
            text(
                'SELECT batch_no, partition, "offset" FROM recorded_batch WHERE task_id = :task'
                ' ORDER BY partition, "offset"'
            ),
            {"task": lease.spec.task_id},
        )
        places = found.all()
    assert [place.batch_no for place in places] == [1, 2, 3]
    assert len({place.partition for place in places}) == 1
