"""One attempt read: source → numbered batches in the log → ``task.source_read``."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from events.base import Event
from events.cloudevents import Envelope, Headers
from events.tasks import TaskProgressed, TaskSourceRead
from events.topics import BATCHES, TASKS
from infra.kafka import Publisher
from jobs.base import AccountTotals, Kind, Source, SourceTools, Summary, Survey
from jobs.records import StatementPeriod
from processors.facts import batch_headers, batch_key, fact
from processors.reader.cutter import CutBatch, Cutter, Sizes
from processors.reader.leases import Lease, Leases, Recorded

log = logging.getLogger(__name__)

IN_FLIGHT_POLL = 0.1
RECORD_EVERY = 8


@dataclass(frozen=True, slots=True)
class Reader:
    """What reading needs of its process. ``in_flight`` batches of a task may wait for importers."""

    engine: AsyncEngine
    publisher: Publisher
    leases: Leases
    tools: SourceTools
    kind_named: Callable[[str], Kind]
    worker: str
    sizes: Sizes
    in_flight: int = 12
    namespace: str = ""

    async def read(self, lease: Lease) -> None:
        """Read the attempt from its cursor to the end; what it raises decides what the task becomes."""
        source = self.kind_named(lease.spec.kind).source(lease.spec, self.tools)
        survey = await source.survey()
        await self._publish(lease, _surveyed(lease, survey))
        cutter = Cutter(
            _head(lease, survey), self._sizes(lease), after_row=lease.row, after_batch=lease.batch_no
        )
        await _Sending(self, lease).run(source, cutter)
        summary = source.summary()
        await self.keep_totals(lease, summary.totals)
        await self.keep_periods(lease, summary.periods)
        await self._publish(lease, _read(lease, summary, cutter.batches))
        await self.leases.finish(lease)

    async def _publish(self, lease: Lease, event: Event) -> None:
        await self.publisher.publish_patiently(self.namespace + TASKS, [self.envelope(lease, event)])

    def envelope(self, lease: Lease, event: Event) -> Envelope:
        return fact(lease.spec.task_id, event, self.worker, "reader")

    def _sizes(self, lease: Lease) -> Sizes:
        asked = lease.spec.params.get("batch_size")
        if asked is None:
            return self.sizes
        return Sizes(rows=int(asked), first_batches=0, large_rows=int(asked), packed=self.sizes.packed)

    async def keep_totals(self, lease: Lease, totals: Sequence[AccountTotals]) -> None:
        """Account numbers are no matter for the log: it has their keyed hash, this table has both."""
        if not totals:
            return
        async with self.engine.begin() as connection:
            await connection.execute(
                text(
                    "INSERT INTO reconciliation (task_id, attempt, account, total)"
                    " VALUES (:task, :attempt, :account, CAST(:total AS jsonb))"
                    " ON CONFLICT (task_id, attempt, account) DO UPDATE SET total = excluded.total"
                ),
                [
                    {
                        "task": lease.spec.task_id,
                        "attempt": lease.spec.attempt,
                        "account": found.account,
                        "total": found.total.model_dump_json(),
                    }
                    for found in totals
                ],
            )

    async def keep_periods(self, lease: Lease, periods: Sequence[StatementPeriod]) -> None:
        """The days of a statement, before its task can be completed; reading again finds them there."""
        places: Counter[str] = Counter()
        rows = []
        for period in periods:
            rows.append({"task": lease.spec.task_id, "place": places[period.account], **asdict(period)})
            places[period.account] += 1
        if rows and not lease.spec.dry_run:
            async with self.engine.begin() as connection:
                await connection.execute(text(_KEEP_PERIOD), rows)


_KEEP_PERIOD = """
INSERT INTO statement_period (task_id, account, place, day_from, day_to, opening, closing)
VALUES (:task, :account, :place, :day_from, :day_to, :opening, :closing) ON CONFLICT DO NOTHING
"""


class _Sending:
    """The loop from pages to the log: one batch is on its way while the next is cut, and no more than
    ``in_flight`` wait for importers, so that ten million rows of one submitter don't stand in front of
    somebody else's ten."""

    def __init__(self, reader: Reader, lease: Lease) -> None:
        self._reader = reader
        self._lease = lease
        self._topic = reader.namespace + BATCHES[lease.priority]
        self._in_order = reader.kind_named(lease.spec.kind).in_order
        self._applied = 0
        self._on_its_way: asyncio.Task[None] | None = None
        self._recorded: list[Recorded] = []

    async def run(self, source: Source, cutter: Cutter) -> None:
        try:
            # Closed also when reading stops early: 1C keeps a licence for a session left open.
            async with aclosing(source.pages()) as pages:
                async for page in pages:
                    for batch in cutter.add(page):
                        await self._send(batch)
            for batch in cutter.close():
                await self._send(batch)
            await self._settle()
            await self._record()
        finally:
            if self._on_its_way is not None:
                self._on_its_way.cancel()

    async def _send(self, batch: CutBatch) -> None:
        await self._settle()
        await self._make_room(batch.batch_no)
        self._on_its_way = asyncio.create_task(self._put(batch))
        await asyncio.sleep(0)

    async def _settle(self) -> None:
        sending, self._on_its_way = self._on_its_way, None
        if sending is not None:
            await sending

    async def _put(self, batch: CutBatch) -> None:
        spec = self._lease.spec
        key = batch_key(spec.task_id, batch.batch_no, in_order=self._in_order)
        headers: Headers = batch_headers(spec.task_id, spec.attempt, batch.batch_no, self._reader.worker)
        [sent] = await self._reader.publisher.send_patiently(self._topic, [(key, batch.value, headers)])
        self._recorded.append(Recorded(batch, self._topic, sent.partition, sent.offset))
        if len(self._recorded) >= RECORD_EVERY:
            await self._record()

    async def _record(self) -> None:
        """Some batches a commit: what a killed reader had not recorded is published again."""
        recorded, self._recorded = self._recorded, []
        if recorded:
            await self._reader.leases.recorded(self._lease, recorded)

    async def _make_room(self, batch_no: int) -> None:
        """Wait until the importers have caught up; a lost lease is noticed here as well."""
        while batch_no - self._applied > self._reader.in_flight:
            self._applied = await self._reader.leases.applied(self._lease)
            if batch_no - self._applied > self._reader.in_flight:
                await asyncio.sleep(IN_FLIGHT_POLL)


def _head(lease: Lease, survey: Survey) -> dict[str, object]:
    spec = lease.spec
    return {
        "attempt": spec.attempt,
        "kind": spec.kind,
        "dry_run": spec.dry_run,
        "context": orjson.loads(orjson.dumps(dict(survey.context))),
    }


def _surveyed(lease: Lease, survey: Survey) -> TaskProgressed:
    return TaskProgressed(
        attempt=lease.spec.attempt, processed=lease.row, total=survey.rows, message="source_surveyed"
    )


def _read(lease: Lease, summary: Summary, batches: int) -> TaskSourceRead:
    return TaskSourceRead(
        attempt=lease.spec.attempt,
        rows=summary.rows,
        batches=batches,
        skipped=summary.skipped,
        controls=tuple(found.total for found in summary.totals),
        notes=summary.notes,
    )
