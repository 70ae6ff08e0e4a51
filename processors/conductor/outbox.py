"""Events on their way to the broker: written with what they follow from, sent when that is committed."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from events.cloudevents import Envelope, encode


async def put_out(connection: AsyncConnection, partition: int, envelopes: Iterable[Envelope]) -> None:
    """Leave events for the broker; they go out in this order when the transaction has committed."""
    rows = []
    for envelope in envelopes:
        value, headers = encode(envelope)
        rows.append(
            {
                "partition": partition,
                "task": envelope.subject,
                "event": envelope.id,
                "value": value,
                "headers": orjson.dumps([(name, value.decode()) for name, value in headers]).decode(),
            }
        )
    if rows:
        await connection.execute(text(_PUT_OUT), rows)


async def waiting_out(connection: AsyncConnection, partitions: Sequence[int]) -> Sequence[Any]:
    """The outbox of ``partitions``, in order."""
    rows = await connection.execute(
        text(
            "SELECT id, task_id::text AS task_id, value, headers FROM outbox"
            " WHERE partition = ANY(:partitions) ORDER BY id LIMIT 1000"
        ),
        {"partitions": list(partitions)},
    )
    return rows.all()


async def taken_out(connection: AsyncConnection, ids: Sequence[int]) -> None:
    """The broker has acknowledged these."""
    await connection.execute(text("DELETE FROM outbox WHERE id = ANY(:ids)"), {"ids": list(ids)})


_PUT_OUT = """
INSERT INTO outbox (partition, task_id, event_id, value, headers)
VALUES (:partition, :task, :event, :value, CAST(:headers AS jsonb)) ON CONFLICT (event_id) DO NOTHING
"""
