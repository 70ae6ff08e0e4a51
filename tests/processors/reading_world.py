"""A source of 35 rows, a kind that reads it, and readers over a log and a database of their own."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from events.topics import BATCHES, TASKS
from infra.kafka import Publisher
from infra.objects import ObjectStore
from infra.settings import Settings
from jobs.base import Batch, BatchResult, Page, SourceTools, Summary, Survey, TaskSpec
from jobs.records import StatementPeriod
from processors.reader.cutter import Sizes
from processors.reader.leases import Lease, Leases
from processors.reader.reading import Reader
from tests.kafka_reading import read_all
from tests.processors.setting import running_task

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
    in_order: bool = False

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

    def reader(self, rows: Rows, leases: Leases | None = None, *, in_order: bool = False) -> Reader:
        return Reader(
            engine=self.engine,
            publisher=self.publisher,
            leases=leases or self.leases(),
            tools=SourceTools(ObjectStore.from_url(self.settings.object_store_url), str),
            kind_named=lambda _: RowsKind(rows, in_order=in_order),
            worker="reader-1",
            sizes=Sizes(rows=10, first_rows=5, first_batches=1),
            kafka=self.settings.kafka,
            namespace=self.settings.namespace,
        )

    async def about(self, task: str) -> list[Any]:
        found = await read_all(self.settings.kafka, self.settings.namespace + TASKS)
        return [one.event for one in found if one.subject == task]

    async def batches(self, task: str) -> list[tuple[int, list[int]]]:
        found = await read_all(self.settings.kafka, self.settings.namespace + BATCHES["normal"])
        events: list[Any] = [one.event for one in found if one.subject == task]
        return sorted((event.batch_no, [row["n"] for row in event.rows]) for event in events)


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
