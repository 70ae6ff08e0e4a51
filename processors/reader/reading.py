"""One attempt read: source → numbered batches in the log → ``task.source_read``."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any

import orjson
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.plans import Plan
from events.base import Event
from events.cloudevents import Envelope, Headers
from events.topics import BATCHES, TASKS
from infra.kafka import Publisher
from infra.recordings import planned, shadowed
from jobs.base import Kind, Source, SourceTools, Survey
from processors.facts import batch_headers, batch_key, fact
from processors.reader.cutter import CutBatch, Cutter, Sizes
from processors.reader.keeping import keep_periods, keep_totals
from processors.reader.leases import Lease, Leases, Recorded
from processors.reader.replaying import Progress, Repeater, Rereader
from processors.reader.restating import Restater
from processors.reader.telling import head_of, source_read, surveyed, whole_read

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
    kafka: str
    in_flight: int = 12
    namespace: str = ""

    async def read(self, lease: Lease) -> None:
        """Read the attempt from its cursor to the end; what it raises decides what the task becomes."""
        lease, plan = await self._planned(lease)
        done = Progress.of(plan, lease.batch_no, lease.row)
        source, survey = None, Survey(rows=None)
        if plan.behind or lease.work.input == "source":
            # As the attempt read it that numbered the rows: the same pages, whatever 1C has done since.
            of_shadow = lease.spec.shadow_of is not None
            spec = lease.spec if of_shadow else replace(lease.spec, attempt=lease.work.origin)
            source = self.kind_named(spec.kind).source(spec, self.tools)
            survey = await source.survey()
        await self._publish(lease, surveyed(lease, plan, survey, done))
        cutter = self._cutter(lease, plan, survey) if plan.behind else None
        repeater = Repeater(plan, head_of(lease))
        async with aclosing(self._batches(lease, repeater, source, survey, cutter)) as batches:
            await _Sending(self, lease, done.batches).run(batches)
        restater = Restater(self.engine, self.kind_named(lease.spec.kind), self.tools, lease, self.kafka)
        if source is None or cutter is None:
            read = replace(whole_read(lease.work), totals=await restater.known(plan, repeater))
        else:
            read = source.summary()
            totals = restater.read(read.totals, repeater.replaced, _plain(survey.context))
            read = replace(read, totals=totals)
        await keep_totals(self.engine, lease, read.totals)
        await keep_periods(self.engine, lease, read.periods)
        await self._publish(lease, source_read(lease, plan, read, cutter.batches if cutter else None))
        await self.leases.finish(lease)

    async def _planned(self, lease: Lease) -> tuple[Lease, Plan]:
        """A first attempt reads its source, and that is all; a shadow does what its original's next attempt
        would."""
        spec = lease.spec
        if spec.shadow_of is not None:
            async with self.engine.begin() as connection:
                work, plan = await shadowed(connection, spec.task_id, spec.source)
            return replace(lease, work=work), plan
        if spec.attempt == 1:
            return lease, Plan(behind=True)
        async with self.engine.begin() as connection:
            return lease, await planned(connection, spec.task_id, lease.work)

    def _cutter(self, lease: Lease, plan: Plan, survey: Survey) -> Cutter:
        begun = lease.batch_no > plan.after_batch
        return Cutter(
            head_of(lease) | {"context": _plain(survey.context)},
            self._sizes(lease),
            after_row=lease.row if begun else plan.after_row,
            after_batch=lease.batch_no if begun else plan.after_batch,
            befores=plan.befores,
        )

    async def _batches(
        self,
        lease: Lease,
        repeater: Repeater,
        source: Source | None,
        survey: Survey,
        cutter: Cutter | None,
    ) -> AsyncGenerator[CutBatch, None]:
        steps = [step for step in repeater.plan.steps if step.place.batch_no > lease.batch_no]
        if lease.work.input == "recorded":
            async with aclosing(repeater.recorded(self.kafka, steps)) as recorded:
                async for batch in recorded:
                    yield batch
            steps = []
        if source is not None:
            rereader = Rereader(repeater, steps, cutter)
            async with aclosing(rereader.batches(source, _plain(survey.context))) as reread:
                async for batch in reread:
                    yield batch

    async def _publish(self, lease: Lease, event: Event) -> None:
        await self.publisher.publish_patiently(self.namespace + TASKS, [self.envelope(lease, event)])

    def envelope(self, lease: Lease, event: Event) -> Envelope:
        return fact(lease.spec.task_id, event, self.worker, "reader")

    def _sizes(self, lease: Lease) -> Sizes:
        asked = lease.spec.params.get("batch_size")
        if asked is None:
            in_order = self.kind_named(lease.spec.kind).in_order
            return self.sizes.for_one_importer() if in_order else self.sizes
        return Sizes(rows=int(asked), first_batches=0, large_rows=int(asked), packed=self.sizes.packed)


class _Sending:
    """The loop from pages to the log: one batch is on its way while the next is cut, and no more than
    ``in_flight`` wait for importers, so that ten million rows of one submitter don't stand in front of
    somebody else's ten."""

    def __init__(self, reader: Reader, lease: Lease, sent: int) -> None:
        self._sent = sent
        self._reader = reader
        self._lease = lease
        self._topic = reader.namespace + BATCHES[lease.priority]
        self._in_order = reader.kind_named(lease.spec.kind).in_order
        # Rows a second, where whoever asked wanted it slow.
        self._rate = float(lease.spec.params.get("rate") or 0)
        self._applied = 0
        self._on_its_way: asyncio.Task[None] | None = None
        self._recorded: list[Recorded] = []

    async def run(self, batches: AsyncGenerator[CutBatch, None]) -> None:
        try:
            async for batch in batches:
                await self._send(batch)
            await self._settle()
            await self._record()
        finally:
            if self._on_its_way is not None:
                self._on_its_way.cancel()

    async def _send(self, batch: CutBatch) -> None:
        await self._settle()
        self._sent += 1
        await self._make_room()
        self._on_its_way = asyncio.create_task(self._put(batch))
        await asyncio.sleep(batch.rows / self._rate if self._rate else 0)

    async def _settle(self) -> None:
        sending, self._on_its_way = self._on_its_way, None
        if sending is not None:
            await sending

    async def _put(self, batch: CutBatch) -> None:
        spec = self._lease.spec
        key = batch_key(spec.task_id, batch.batch_no, in_order=self._in_order)
        headers: Headers = batch_headers(spec.task_id, spec.attempt, batch.batch_no, self._reader.worker)
        [sent] = await self._reader.publisher.send_patiently(self._topic, [(key, batch.value, headers)])
        self._recorded.append(Recorded(batch, self._topic, sent.partition, sent.offset, sent.timestamp))
        if len(self._recorded) >= RECORD_EVERY:
            await self._record()

    async def _record(self) -> None:
        """Some batches a commit: what a killed reader had not recorded is published again."""
        recorded, self._recorded = self._recorded, []
        if recorded:
            await self._reader.leases.recorded(self._lease, recorded)

    async def _make_room(self) -> None:
        """Wait until the importers have caught up; a lost lease is noticed here as well."""
        while self._sent - self._applied > self._reader.in_flight:
            self._applied = await self._reader.leases.applied(self._lease)
            if self._sent - self._applied > self._reader.in_flight:
                await asyncio.sleep(IN_FLIGHT_POLL)


def _plain(context: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(orjson.dumps(dict(context), default=str))
    return found
