"""The topic ``tasks`` as it was filled while something was measured."""

import asyncio
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition

from events.topics import TASKS

READ_SECONDS = 60.0


class Logged(NamedTuple):
    """An event: when its producer appended it, in seconds since 1970 (Kafka keeps milliseconds)."""

    task_id: str
    partition: int
    offset: int
    at: float


Ends = dict[int, int]


async def ends(bootstrap: str) -> Ends:
    """Where each partition ends now."""
    async with _Reading(bootstrap) as consumer:
        return await _ends(consumer)


async def logged_since(bootstrap: str, begin: Ends) -> list[Logged]:
    """Every event from there to the end as it is now."""
    async with _Reading(bootstrap) as consumer, asyncio.timeout(READ_SECONDS):
        end = await _ends(consumer)
        for partition in _partitions(consumer):
            consumer.seek(partition, begin[partition.partition])
        found: list[Logged] = []
        while not await _reached(consumer, end):
            for messages in (await consumer.getmany(timeout_ms=200)).values():
                found += map(_logged, messages)
        return [one for one in found if one.offset < end[one.partition]]


class _Reading:
    """A consumer of all partitions, in no group."""

    def __init__(self, bootstrap: str) -> None:
        self._consumer = AIOKafkaConsumer(TASKS, bootstrap_servers=bootstrap, enable_auto_commit=False)

    async def __aenter__(self) -> Any:
        await self._consumer.start()
        return self._consumer

    async def __aexit__(self, *_: object) -> None:
        await self._consumer.stop()


def _partitions(consumer: Any) -> list[TopicPartition]:
    return sorted(consumer.assignment())


async def _reached(consumer: Any, end: Ends) -> bool:
    places = [await consumer.position(one) >= end[one.partition] for one in _partitions(consumer)]
    return all(places)


async def _ends(consumer: Any) -> Ends:
    found = await consumer.end_offsets(_partitions(consumer))
    return {place.partition: offset for place, offset in found.items()}


def _logged(message: Any) -> Logged:
    task_id = dict(message.headers)["ce_subject"].decode()
    return Logged(task_id, message.partition, message.offset, message.timestamp / 1000)
