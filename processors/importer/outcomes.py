"""What is kept of a batch beside its rows: that it was applied, what came of it, how often it came."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson
import psycopg

from domain.errors import Fatal
from events.records import VERDICTS, Counts
from events.rows import BatchRecorded, RowRejected
from events.tasks import TaskBatchImported
from infra.kafka import compress, decompress

SUSPECT_DELIVERIES = 3


@dataclass(frozen=True, slots=True)
class Delivered:
    """A batch message: the event, whose task it is, the hash of its JSON, where it lies (topic, partition,
    offset), and since when (seconds since 1970)."""

    task_id: str
    event: BatchRecorded
    content_hash: bytes
    at: tuple[str, int, int] | None = None
    recorded_at: float | None = None

    @property
    def key(self) -> dict[str, Any]:
        """Parameters that name the batch in every statement."""
        return {"task": self.task_id, "attempt": self.event.attempt, "batch": self.event.batch_no}


@dataclass(frozen=True, slots=True)
class Applied:
    """What is to be published: the outcome and the rejected rows."""

    outcome: TaskBatchImported
    rejects: Sequence[RowRejected]


def content_hash(value: bytes) -> bytes:
    """The hash of a batch's JSON, as the reader took it."""
    return sha256(value).digest()


def applied_before(row: tuple[Any, ...] | None, delivered: Delivered) -> Applied | None:
    """The stored outcome (a row of ``KNOWN``) of a batch that comes again; raises Fatal where its content
    is another."""
    if row is None:
        return None
    known_hash, event, rejects = row
    if bytes(known_hash) != delivered.content_hash:
        raise Fatal("batch_content_differs", batch=delivered.event.batch_no)
    stored = orjson.loads(decompress(rejects)) if rejects is not None else []
    return Applied(
        TaskBatchImported.model_validate_json(event), [RowRejected.model_validate(one) for one in stored]
    )


async def keep(
    connection: psycopg.AsyncConnection[Any], delivered: Delivered, counts: Counts, applied: Applied
) -> None:
    """Store the outcome in the transaction that wrote the rows."""
    rejects = compress(orjson.dumps([one.data() for one in applied.rejects])) if applied.rejects else None
    outcome = {
        "hash": delivered.content_hash,
        "counts": [getattr(counts, name) for name in VERDICTS],
        "event": applied.outcome.model_dump_json().encode(),
        "rejects": rejects,
    }
    async with connection.pipeline():
        await connection.execute(_APPLIED, delivered.key | outcome)
        await connection.execute(_DELIVERED, delivered.key)
        if delivered.at is not None:
            await connection.execute(_PLACE, delivered.key | _place(delivered, delivered.at))


def _place(delivered: Delivered, at: tuple[str, int, int]) -> dict[str, Any]:
    event, (topic, partition, offset) = delivered.event, at
    return {
        "topic": topic,
        "partition": partition,
        "offset": offset,
        "first": event.first_row,
        "rows": len(event.rows),
        "hash": delivered.content_hash,
        "recorded": delivered.recorded_at,
    }


async def count_delivery(connection: psycopg.AsyncConnection[Any], delivered: Delivered) -> int:
    """Deliveries so far, this one included, that have left no outcome. Asynchronous commit: a lost count
    is a try more, no harm."""
    async with connection.transaction():
        async with connection.pipeline():
            await connection.execute("SET LOCAL synchronous_commit = off")
            counted = await connection.execute(_COUNT_DELIVERY, delivered.key)
        row = await counted.fetchone()
    assert row is not None
    return int(row[0])


_WHERE = "WHERE task_id = %(task)s AND attempt = %(attempt)s"
KNOWN = f"SELECT content_hash, event, rejects FROM applied_batch {_WHERE} AND batch_no = %(batch)s"
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
# A reader writes some places at once, after it has sent the batches: one that is killed before knows of
# none. What is in the database can be found in the log, whoever dies.
_PLACE = """
INSERT INTO recorded_batch
    (task_id, attempt, batch_no, topic, partition, "offset", first_row, rows, content_hash, recorded_at)
VALUES (%(task)s, %(attempt)s, %(batch)s, %(topic)s, %(partition)s, %(offset)s, %(first)s, %(rows)s, %(hash)s,
    to_timestamp(%(recorded)s::float8))
ON CONFLICT DO NOTHING
"""
