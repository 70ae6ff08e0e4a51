"""When nothing moves any more: every event taken in, every request answered, every batch told of."""

import asyncio
from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition

from tests.system.running import RunningStack
from tests.waiting import until

SECONDS = 90
_UNSETTLED = """
SELECT w.id::text FROM unnest(%(ids)s::uuid[]) w (id) LEFT JOIN read.task t ON t.id = w.id
WHERE t.id IS NULL OR t.status IN ('pending', 'running')
   OR EXISTS (SELECT FROM read.attempt a WHERE a.task_id = w.id AND a.status IN ('pending', 'running'))
   OR EXISTS (SELECT FROM undo u WHERE u.task_id = w.id AND NOT u.told)
   OR (SELECT count(*) FROM applied_batch b WHERE b.task_id = w.id)
      <> (SELECT count(*) FROM read.batch b WHERE b.task_id = w.id)
"""
_TAKEN_IN = """
SELECT topic, partition, "offset" + 1 FROM read.projection_offset
UNION ALL SELECT 'tasks', partition, "offset" + 1 FROM conductor_offset
"""
_TO_TELL = """
SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM correction WHERE published_at IS NULL)
     + (SELECT count(*) FROM intake WHERE published_at IS NULL)
"""


def settled(stack: RunningStack, tasks: Sequence[str]) -> None:
    """Return when these tasks have ended and the log stands still; AssertionError says what still moves."""
    until(
        lambda: _quiet(stack) and not _moving(stack, tasks) and _quiet(stack), "everything settles", SECONDS
    )


def _moving(stack: RunningStack, tasks: Sequence[str]) -> list[str]:
    with stack.database() as connection:
        return [task for (task,) in connection.execute(_UNSETTLED, {"ids": list(tasks)})]


def _quiet(stack: RunningStack) -> bool:
    with stack.database() as connection:
        if connection.execute(_TO_TELL).fetchone() != (0,):
            return False
        taken_in = connection.execute(_TAKEN_IN).fetchall()
    ends = asyncio.run(_ends(stack.kafka, {(topic, partition) for topic, partition, _ in taken_in}))
    return all(ends[topic, partition] == offset for topic, partition, offset in taken_in)


async def _ends(bootstrap: str, places: set[tuple[str, int]]) -> dict[tuple[str, int], int]:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        found = await consumer.end_offsets([TopicPartition(*place) for place in places])
        return {(place.topic, place.partition): offset for place, offset in found.items()}
    finally:
        await consumer.stop()
