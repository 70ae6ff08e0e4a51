"""The event log read straight from Kafka: as it stands there, without knowing any event of ours.

Every message is CloudEvents in binary mode: ``ce_*`` headers and a JSON value.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.partitioner import DefaultPartitioner

from cli.failures import Failure, Unreachable

# A producer's clock may be behind the one that made the task's id.
_CLOCKS_MS = 10 * 60 * 1000
_UUID7 = 7


@dataclass(frozen=True, slots=True)
class Logged:
    """One message: where it stands, its CloudEvents attributes, its data."""

    partition: int
    offset: int
    attributes: Mapping[str, str]
    data: Any

    def document(self) -> dict[str, Any]:
        """Structured CloudEvents JSON, with the place in the log as extensions."""
        return {
            **self.attributes,
            "datacontenttype": "application/json",
            "partition": self.partition,
            "offset": self.offset,
            "data": self.data,
        }


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to read: one task's events or all, from positions (partition → offset), of some types."""

    topic: str
    task_id: str | None = None
    start: Mapping[int, int] | None = None
    types: frozenset[str] = frozenset()

    def holds(self, message: Logged) -> bool:
        said = message.attributes
        return (self.task_id is None or said.get("subject") == self.task_id) and (
            not self.types or said.get("type") in self.types
        )


async def read(bootstrap: str, wanted: Wanted, *, follow: bool) -> AsyncGenerator[Logged, None]:
    """Events in the order of each partition; ends at the log's present end unless ``follow``."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, enable_auto_commit=False, fetch_max_wait_ms=100, group_id=None
    )
    try:
        await consumer.start()
        ends = await _seek(consumer, wanted)
        while ends or follow:
            fetched = await consumer.getmany(timeout_ms=200)
            for message in sorted(
                (message for messages in fetched.values() for message in messages),
                key=lambda message: message.timestamp,
            ):
                found = _logged(message)
                if wanted.holds(found):
                    yield found
            if not follow:
                ends = {at: end for at, end in ends.items() if await consumer.position(at) < end}
    except (KafkaError, OSError) as error:
        raise Unreachable("cli.kafka_unreachable", bootstrap, reason=str(error)) from error
    finally:
        await asyncio.shield(consumer.stop())


async def _seek(consumer: AIOKafkaConsumer, wanted: Wanted) -> dict[TopicPartition, int]:
    """Stand where reading begins; returns the present ends."""
    known = await consumer._client.fetch_all_metadata()
    numbers = known.partitions_for_topic(wanted.topic)
    if not numbers:
        raise Failure("cli.no_topic", wanted.topic)
    places = [TopicPartition(wanted.topic, number) for number in sorted(numbers)]
    if wanted.task_id is not None:
        places = [places[partition_of(wanted.task_id, len(places))]]
    elif wanted.start:
        places = [place for place in places if place.partition in wanted.start]
    consumer.assign(places)
    begins, ends = await consumer.beginning_offsets(places), await consumer.end_offsets(places)
    starts = await _starts(consumer, wanted, places)
    for place in places:
        consumer.seek(place, min(max(starts.get(place, 0), begins[place]), ends[place]))
    return {place: ends[place] for place in places if await consumer.position(place) < ends[place]}


async def _starts(
    consumer: AIOKafkaConsumer, wanted: Wanted, places: list[TopicPartition]
) -> dict[TopicPartition, int]:
    if wanted.start:
        return {place: wanted.start.get(place.partition, 0) for place in places}
    born = born_ms(wanted.task_id) if wanted.task_id else None
    if born is None:
        return {}
    # A task's id says when it was made: what the log held before that is not looked at.
    found = await consumer.offsets_for_times({place: max(born - _CLOCKS_MS, 0) for place in places})
    return {place: at.offset for place, at in found.items() if at is not None}


def partition_of(task_id: str, partitions: int) -> int:
    """Where every producer's default partitioner puts a task's events: by murmur2 of the key."""
    numbers = list(range(partitions))
    return int(DefaultPartitioner()(task_id.encode(), numbers, numbers))


def born_ms(task_id: str) -> int | None:
    """The time in a UUIDv7, in milliseconds; None for other ids."""
    found = UUID(task_id)
    return found.int >> 80 if found.version == _UUID7 else None


def _logged(message: Any) -> Logged:
    attributes = {
        name.removeprefix("ce_"): value.decode("utf-8", "replace")
        for name, value in message.headers
        if name.startswith("ce_") and value is not None
    }
    return Logged(message.partition, message.offset, attributes, _data(message.value))


def _data(value: bytes | None) -> Any:
    if value is None:
        return None
    try:
        return json.loads(value)
    except ValueError:
        return value.decode("utf-8", "replace")
