"""One batch, one PostgreSQL transaction: fence, once, rows, rejects, outcome, commit."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
import psycopg
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.closing import ClosedPeriod
from domain.errors import Fatal, MalformedRow
from events.records import Counts
from events.rows import BatchRecorded, RowRejected
from events.tasks import TaskBatchImported
from infra import closed_period
from infra.fence import fence_key, undo_key
from infra.postgres import driver
from infra.task_texts import spec_with_texts
from jobs.base import Batch, BatchResult, Kind, RejectedRow, Row, TaskSpec
from jobs.specs import spec_of
from processors.importer.once import once_each
from processors.importer.outcomes import (
    KNOWN,
    SUSPECT_DELIVERIES,
    Applied,
    Delivered,
    applied_before,
    count_delivery,
    keep,
)
from processors.importer.previews import keep_preview
from processors.importer.warnings import keep_warned
from processors.importer.writing import write_carefully, write_quickly

LARGEST_REJECT = 500_000


class Applying:
    """Applies batches over one pool; whatever is delivered twice is answered from ``applied_batch``."""

    def __init__(self, engine: AsyncEngine, kind_named: Callable[[str], Kind], worker: str) -> None:
        self._engine = engine
        self._kind_named = kind_named
        self._worker = worker

    async def apply(self, delivered: Delivered, *, poisonous: bool = False) -> Applied | None:
        """Write the batch once; None where its attempt has ended. Raises Fatal where another content
        came under the same number, and whatever the database says where it is away."""
        try:
            return await self._in_transaction(delivered, poisonous, careful=False)
        except (psycopg.DataError, psycopg.IntegrityError):
            # A value the database refuses: find the row, row by row if need be, and reject that one.
            return await self._in_transaction(delivered, poisonous, careful=True)

    async def _in_transaction(
        self, delivered: Delivered, poisonous: bool, *, careful: bool
    ) -> Applied | None:
        began = time.monotonic()
        async with self._engine.connect() as pooled:
            connection = await driver(pooled)
            async with connection.transaction():
                known, current = await _enter(connection, delivered)
                if known is not None:
                    return known
                if current is None:
                    raise psycopg.Rollback
                batch = _batch(delivered, current)
                kind = self._kind_named(delivered.event.kind)
                if poisonous:
                    result = _all_rejected(batch, MalformedRow("poison", times=SUSPECT_DELIVERIES))
                else:
                    write = write_carefully if careful else write_quickly
                    result = await once_each(connection, batch, await write(connection, kind, batch))
                elapsed = int((time.monotonic() - began) * 1000)
                applied = self._applied(delivered, result, elapsed)
                await keep(connection, delivered, result.counts, applied)
                await keep_preview(connection, batch, result)
                await keep_warned(connection, batch, result.warned)
                return applied
        return None

    async def is_suspect(self, delivered: Delivered) -> bool:
        """Count this delivery; True when it is the third that found no outcome of the ones before: such a
        batch may kill its worker, or its workers were stopped."""
        async with self._engine.connect() as pooled:
            return await count_delivery(await driver(pooled), delivered) >= SUSPECT_DELIVERIES

    def _applied(self, delivered: Delivered, result: BatchResult, elapsed_ms: int) -> Applied:
        event = delivered.event
        if result.counts.total != len(event.rows):
            raise Fatal("batch_does_not_add_up", batch=event.batch_no)
        outcome = TaskBatchImported(
            attempt=event.attempt,
            batch_no=event.batch_no,
            rows=len(event.rows),
            elapsed_ms=elapsed_ms,
            worker=self._worker,
            before=event.before,
            warned=len(result.warned),
            touched_closed=result.touched_closed or None,
            **result.counts.model_dump(),
        )
        return Applied(outcome, [_rejected(event, row) for row in result.rejects])


@dataclass(frozen=True, slots=True)
class _Current:
    """A task whose attempt may write now; ``override`` as its request named it."""

    spec: TaskSpec
    closed: ClosedPeriod | None
    override: str | None


async def _enter(
    connection: psycopg.AsyncConnection[Any], delivered: Delivered
) -> tuple[Applied | None, _Current | None]:
    """Share the fence and the day up to which bookings are closed; then, in statements of their own, which
    see what was committed while the locks were waited for: the outcome if the batch was applied before, and
    the task while its attempt is current. One round trip."""
    key = fence_key(delivered.task_id, delivered.event.attempt)
    among = undo_key(delivered.event.kind)
    async with connection.pipeline():
        await connection.execute(_SHARED, [key])
        await connection.execute(_SHARED, [among])
        await connection.execute(_SHARED, [closed_period.LOCK])
        known = await connection.execute(KNOWN, delivered.key)
        current = await connection.execute(_CURRENT, delivered.key)
    return applied_before(await known.fetchone(), delivered), _found(await current.fetchone(), delivered)


def _found(row: tuple[Any, ...] | None, delivered: Delivered) -> _Current | None:
    if row is None:
        return None
    spec, closed_until, override, overridden = row
    task = spec_of(delivered.task_id, delivered.event.attempt, spec)
    return _Current(task, closed_period.period_of(closed_until, overridden), override)


def _batch(delivered: Delivered, current: _Current) -> Batch:
    event = delivered.event
    return Batch(
        task=current.spec,
        batch_no=event.batch_no,
        first_row=event.first_row,
        rows=event.rows,
        ordinals={int(row_no): before for row_no, before in event.ordinals.items()},
        context=event.context,
        row_numbers=event.row_numbers,
        closed=current.closed,
        override=current.override,
    )


def _all_rejected(batch: Batch, why: MalformedRow) -> BatchResult:
    rejects = tuple(RejectedRow(row_no, raw, why) for row_no, raw in batch.numbered())
    return BatchResult(Counts(rejected=len(rejects)), rejects)


def _rejected(event: BatchRecorded, row: RejectedRow) -> RowRejected:
    error = row.error
    return RowRejected(
        attempt=event.attempt,
        batch_no=event.batch_no,
        row_no=row.row_no,
        raw=_fitting(row.raw),
        field=error.field,
        value=error.value[:500] if error.value is not None else None,
        code=error.code,
        args=error.arguments,
        fingerprint=error.fingerprint,
    )


def _fitting(raw: Row) -> Row:
    """The row, or its beginning where it is larger than a message may be (aiokafka: 1 MB unpacked)."""
    if len(orjson.dumps(raw, default=str)) <= LARGEST_REJECT:
        return raw
    most = LARGEST_REJECT // (8 * max(1, len(raw)))
    return {name[:200]: str(value)[:most] for name, value in list(raw.items())[:1000]} | {"#trimmed": "1"}


_SHARED = "SELECT pg_advisory_xact_lock_shared(%s)"
# The attempt that is current is the one that the task's state speaks of.
_CURRENT = f"""
SELECT {spec_with_texts("s")}, ({closed_period.LATEST}), w.override,
    EXISTS (SELECT FROM closed_period_override o WHERE o.id = w.override::uuid)
FROM attempt a JOIN task_state s USING (task_id)
CROSS JOIN LATERAL (SELECT s.state #>> '{{work,closed_period_override}}') w (override)
WHERE a.task_id = %(task)s AND a.attempt = %(attempt)s AND a.state = 'current'
"""
