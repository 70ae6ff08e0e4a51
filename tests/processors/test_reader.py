"""The reader: leases that pass on, a cursor that goes on, failures that are told."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.errors import SourceUnavailable, UnsupportedFormat
from events.topics import BATCHES, TASKS, topic_specs
from infra.kafka import Publisher, ensure_topics
from infra.objects import ObjectStore
from infra.postgres import create_engine
from infra.settings import Settings
from jobs.base import Batch, BatchResult, Page, SourceTools, Summary, Survey, TaskSpec
from jobs.records import StatementPeriod
from processors.reader.cutter import Sizes
from processors.reader.leases import Lease, LeaseLost, Leases
from processors.reader.reading import Reader
from processors.reader.worker import ReaderWorker
from tests.kafka_reading import read_all
from tests.processors.setting import end_attempt, running_task

pytestmark = pytest.mark.integration

Before = Callable[[int], Any]


@dataclass
class Rows:
    """A source of 35 rows in pages of 10; ``before`` may do something at each page, or fail."""

    before: Before = lambda page: None
    read: list[int] = field(default_factory=list)

    async def survey(self) -> Survey:
        return Survey(rows=35, context={"source": "rows"})

    async def pages(self) -> AsyncGenerator[Page, None]:
        for page in range(4):
            made = self.before(page)
            if made is not None:
                await made
            self.read.append(page)
            yield Page([{"n": n} for n in range(page * 10, min(page * 10 + 10, 35))])

    def summary(self) -> Summary:
        period = StatementPeriod("1", date(2025, 3, 1), date(2025, 3, 2), Decimal(5), None)
        return Summary(rows=35, periods=(period, period), notes=("a_note",))


@dataclass
class RowsKind:
    """A kind with that source."""

    rows: Rows
    name: str = "bank_transactions"
    upload = None

    def source(self, task: TaskSpec, tools: SourceTools) -> Rows:
        return self.rows

    async def write(self, connection: Any, batch: Batch) -> BatchResult:
        raise AssertionError("a reader writes nothing")


@dataclass
class World:
    """A log and a database of the test's own, and readers over them."""

    settings: Settings
    engine: AsyncEngine
    publisher: Publisher

    def leases(self, worker: str = "reader-1", token: str = "a", seconds: float = 10) -> Leases:
        return Leases(self.engine, worker, token, seconds)

    def reader(self, rows: Rows, leases: Leases | None = None) -> Reader:
        return Reader(
            engine=self.engine,
            publisher=self.publisher,
            leases=leases or self.leases(),
            tools=SourceTools(ObjectStore.from_url(self.settings.object_store_url), str),
            kind_named=lambda _: RowsKind(rows),
            worker="reader-1",
            sizes=Sizes(rows=10, first_rows=5, first_batches=1),
            namespace=self.settings.namespace,
        )

    async def about(self, task: str) -> list[Any]:
        found = await read_all(self.settings.kafka, self.settings.namespace + TASKS)
        return [one.event for one in found if one.subject == task]

    async def batches(self, task: str) -> list[tuple[int, list[int]]]:
        found = await read_all(self.settings.kafka, self.settings.namespace + BATCHES["normal"])
        events: list[Any] = [one.event for one in found if one.subject == task]
        return sorted((event.batch_no, [row["n"] for row in event.rows]) for event in events)


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


async def offered(world: World, leases: Leases) -> Lease:
    task = await running_task(world.engine)
    await leases.offer([(task, 1, 1)])
    lease = await leases.claim([])
    assert lease is not None
    assert lease.spec.task_id == task
    return lease


WHOLE = [
    (1, [0, 1, 2, 3, 4]),
    (2, list(range(5, 15))),
    (3, list(range(15, 25))),
    (4, list(range(25, 35))),
]


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
    await world.reader(Rows(), leases).keep_periods(lease, Rows().summary().periods)
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
