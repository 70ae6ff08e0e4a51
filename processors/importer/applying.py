"""One batch, one PostgreSQL transaction: fence, once, rows, rejects, outcome, commit."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson
import psycopg
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.errors import Fatal, MalformedRow
from events.records import VERDICTS, Counts
from events.rows import BatchRecorded, RowRejected
from events.tasks import TaskBatchImported
from infra.fence import fence_key
from infra.kafka import compress, decompress
from infra.postgres import driver
from jobs.base import Batch, BatchResult, Kind, RejectedRow, Row, TaskSpec
from processors.importer.writing import write_carefully, write_quickly

POISON_DELIVERIES = 3
LARGEST_REJECT = 500_000


@dataclass(frozen=True, slots=True)
class Delivered:
    """A batch message: the event, whose task it is, and the hash of its JSON."""

    task_id: str
    event: BatchRecorded
    content_hash: bytes


@dataclass(frozen=True, slots=True)
class Applied:
    """What is to be published: the outcome and the rejected rows."""

    outcome: TaskBatchImported
    rejects: Sequence[RowRejected]


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
                known = await _enter(connection, delivered)
                if known is not None:
                    return known.applied
                spec = await _current_spec(connection, delivered)
                if spec is None:
                    raise psycopg.Rollback
                batch = _batch(delivered, spec)
                kind = self._kind_named(delivered.event.kind)
                if poisonous:
                    result = _all_rejected(batch, MalformedRow("poison", times=POISON_DELIVERIES))
                else:
                    write = write_carefully if careful else write_quickly
                    result = await write(connection, kind, batch)
                elapsed = int((time.monotonic() - began) * 1000)
                applied = self._applied(delivered, result, elapsed)
                await _store(connection, delivered, result.counts, applied)
                return applied
        return None

    async def is_poison(self, delivered: Delivered) -> bool:
        """Count this delivery; True when it is the third that found no outcome of the ones before: such a
        batch kills its worker. Asynchronous commit: a lost count is a try more, no harm."""
        async with self._engine.connect() as pooled:
            connection = await driver(pooled)
            async with connection.transaction():
                await connection.execute("SET LOCAL synchronous_commit = off")
                row = await (await connection.execute(_COUNT_DELIVERY, _key(delivered))).fetchone()
        assert row is not None
        return int(row[0]) >= POISON_DELIVERIES

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
            **result.counts.model_dump(),
        )
        return Applied(outcome, [_rejected(event, row) for row in result.rejects])


@dataclass(frozen=True, slots=True)
class _Known:
    applied: Applied


async def _enter(connection: psycopg.AsyncConnection[Any], delivered: Delivered) -> _Known | None:
    """Share the fence, and see whether the batch was applied before."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock_shared(%s)", [fence_key(delivered.task_id, delivered.event.attempt)]
    )
    row = await (await connection.execute(_KNOWN, _key(delivered))).fetchone()
    if row is None:
        return None
    content_hash, event, rejects = row
    if bytes(content_hash) != delivered.content_hash:
        raise Fatal("batch_content_differs", batch=delivered.event.batch_no)
    stored = orjson.loads(decompress(rejects)) if rejects is not None else []
    return _Known(
        Applied(
            TaskBatchImported.model_validate_json(event), [RowRejected.model_validate(one) for one in stored]
        )
    )


async def _current_spec(connection: psycopg.AsyncConnection[Any], delivered: Delivered) -> TaskSpec | None:
    """The task, while its attempt is current. A statement of its own after the lock: it sees what was
    committed while the lock was waited for."""
    row = await (await connection.execute(_CURRENT, _key(delivered))).fetchone()
    if row is None:
        return None
    spec = row[0]
    return TaskSpec(
        task_id=delivered.task_id,
        attempt=delivered.event.attempt,
        kind=spec["kind"],
        params=spec["params"],
        source=spec["source"],
        dry_run=spec["dry_run"],
    )


async def _store(
    connection: psycopg.AsyncConnection[Any], delivered: Delivered, counts: Counts, applied: Applied
) -> None:
    rejects = compress(orjson.dumps([one.data() for one in applied.rejects])) if applied.rejects else None
    await connection.execute(
        _APPLIED,
        _key(delivered)
        | {
            "hash": delivered.content_hash,
            "counts": [getattr(counts, name) for name in VERDICTS],
            "event": applied.outcome.model_dump_json().encode(),
            "rejects": rejects,
        },
    )
    await connection.execute(_DELIVERED, _key(delivered))


def _batch(delivered: Delivered, spec: TaskSpec) -> Batch:
    event = delivered.event
    return Batch(
        task=spec,
        batch_no=event.batch_no,
        first_row=event.first_row,
        rows=event.rows,
        ordinals={int(row_no): before for row_no, before in event.ordinals.items()},
        context=event.context,
    )


def _all_rejected(batch: Batch, why: MalformedRow) -> BatchResult:
    rows = enumerate(batch.rows, batch.first_row)
    rejects = tuple(RejectedRow(row_no, raw, why) for row_no, raw in rows)
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


def content_hash(value: bytes) -> bytes:
    """The hash of a batch's JSON, as the reader took it."""
    return sha256(value).digest()


def _key(delivered: Delivered) -> dict[str, Any]:
    event = delivered.event
    return {"task": delivered.task_id, "attempt": event.attempt, "batch": event.batch_no}


_WHERE = "WHERE task_id = %(task)s AND attempt = %(attempt)s"
_KNOWN = f"SELECT content_hash, event, rejects FROM applied_batch {_WHERE} AND batch_no = %(batch)s"
_CURRENT = f"""
SELECT s.spec FROM attempt a JOIN task_state s USING (task_id)
{_WHERE.replace("task_id", "a.task_id")} AND a.state = 'current'
"""
# The primary key is what makes a batch count once, should two importers hold it at the same time:
# the second fails here, starts over and finds the outcome of the first.
_APPLIED = """
INSERT INTO applied_batch (task_id, attempt, batch_no, content_hash, counts, event, rejects)
VALUES (%(task)s, %(attempt)s, %(batch)s, %(hash)s, %(counts)s, %(event)s, %(rejects)s)
"""
_COUNT_DELIVERY = """
INSERT INTO batch_delivery (task_id, attempt, batch_no, deliveries)
VALUES (%(task)s, %(attempt)s, %(batch)s, 1)
ON CONFLICT (task_id, attempt, batch_no) DO UPDATE SET deliveries = batch_delivery.deliveries + 1
RETURNING deliveries
"""
_DELIVERED = f"DELETE FROM batch_delivery {_WHERE} AND batch_no = %(batch)s"
