"""Messages of the log by their places: a few of many, in the order in which they are wanted."""

import asyncio
import logging
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError, OffsetOutOfRangeError

from domain.retry import delay
from infra.kafka import LogUnavailable

log = logging.getLogger(__name__)

At = tuple[str, int, int]
# So many messages of others are read over; beyond that the consumer is set to the place.
_READ_OVER = 20


class PlaceGone(Exception):
    """The log does not have this place (any more): its retention has ended, or the topic was made anew."""

    def __init__(self, topic: str, partition: int, offset: int) -> None:
        super().__init__(f"{topic} {partition}:{offset}")
        self.at: At = (topic, partition, offset)


class Places:
    """Reads values by (topic, partition, offset); forwards within a partition is quick."""

    def __init__(self, consumer: AIOKafkaConsumer) -> None:
        self._consumer = consumer
        self._next: dict[TopicPartition, int] = {}

    async def begin(self, wanted: Collection[At]) -> None:
        """Know which partitions are read and from where; raises PlaceGone."""
        if (gone := await _first_gone(self._consumer, wanted)) is not None:
            raise PlaceGone(*gone)
        first: dict[TopicPartition, int] = {}
        for topic, partition, offset in wanted:
            first.setdefault(TopicPartition(topic, partition), offset)
        self._consumer.assign(list(first))
        for where, offset in first.items():
            self._consumer.seek(where, offset)
        self._next = first

    async def value(self, at: At) -> bytes:
        """The value of the message at this place; raises PlaceGone."""
        topic, partition, offset = at
        where = TopicPartition(topic, partition)
        if not 0 <= offset - self._next[where] <= _READ_OVER:
            self._consumer.seek(where, offset)
        while True:
            try:
                message = await self._consumer.getone(where)
            except OffsetOutOfRangeError as error:
                raise PlaceGone(*at) from error
            self._next[where] = message.offset + 1
            if message.offset == offset and message.value is not None:
                return bytes(message.value)
            if message.offset >= offset:
                raise PlaceGone(*at)


@asynccontextmanager
async def places(bootstrap: str, wanted: Collection[At]) -> AsyncIterator[Places]:
    """Places of the log, which is waited for while it is away; raises PlaceGone for any that is not there."""
    consumer = await _patiently(bootstrap)
    try:
        found = Places(consumer)
        await found.begin(wanted)
        yield found
    finally:
        await consumer.stop()


async def first_gone(bootstrap: str, wanted: Collection[At], patience: float = 5.0) -> At | None:
    """The first of these places that the log does not have; raises LogUnavailable."""
    if not wanted:
        return None
    try:
        async with asyncio.timeout(patience):
            consumer = await _started(bootstrap)
            try:
                return await _first_gone(consumer, wanted)
            finally:
                await consumer.stop()
    except (KafkaError, TimeoutError, OSError) as error:
        raise LogUnavailable(str(error) or type(error).__name__) from error


async def _first_gone(consumer: AIOKafkaConsumer, wanted: Collection[At]) -> At | None:
    partitions = sorted({TopicPartition(topic, partition) for topic, partition, _ in wanted})
    if not partitions:
        return None
    low, end = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
    for topic, partition, offset in wanted:
        where = TopicPartition(topic, partition)
        if not low[where] <= offset < end[where]:
            return topic, partition, offset
    return None


async def _patiently(bootstrap: str) -> AIOKafkaConsumer:
    tries = 0
    while True:
        try:
            return await _started(bootstrap)
        except (KafkaError, OSError) as error:
            tries += 1
            log.warning("Kafka does not answer (try %d): %s", tries, error)
            await asyncio.sleep(min(delay(tries).total_seconds(), 16))


async def _started(bootstrap: str) -> AIOKafkaConsumer:
    # No group, nothing committed; where a place is gone it must say so and choose no other.
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="none", fetch_max_wait_ms=100
    )
    try:
        await consumer.start()
    except BaseException:
        await consumer.stop()
        raise
    return consumer
