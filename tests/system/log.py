"""The log as a stranger reads it: a plain consumer, plain JSON, no code of ours."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient


@dataclass(frozen=True, slots=True)
class Message:
    """What any Kafka client shows of a message."""

    key: str
    headers: dict[str, str]
    value: bytes

    @property
    def type(self) -> str:
        return self.headers["ce_type"]

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.value)
        return found


def messages_of(bootstrap: str, topic: str, task_id: str | None = None) -> list[Message]:
    """Everything a topic has of one task now, or of all, in the order of its partitions."""
    return asyncio.run(_messages_of(bootstrap, topic, task_id))


async def _messages_of(bootstrap: str, topic: str, task_id: str | None) -> list[Message]:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        partitions = await _partitions(consumer, bootstrap, topic)
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        ends = await consumer.end_offsets(partitions)
        found = []
        for partition in partitions:
            while await consumer.position(partition) < ends[partition]:
                for record in (await consumer.getmany(partition, timeout_ms=500)).get(partition, []):
                    headers = {name: value.decode() for name, value in record.headers}
                    if task_id in (None, headers["ce_subject"]):
                        found.append(Message(record.key.decode(), headers, record.value))
        return found
    finally:
        await consumer.stop()


async def _partitions(consumer: AIOKafkaConsumer, bootstrap: str, topic: str) -> list[TopicPartition]:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        [described] = await admin.describe_topics([topic])
    finally:
        await admin.close()
    numbers = sorted(partition["partition"] for partition in described["partitions"])
    return [TopicPartition(topic, number) for number in numbers]


def lag(bootstrap: str, group: str, topic: str) -> int:
    """How many messages of a topic a consumer group has not acknowledged."""
    return asyncio.run(_lag(bootstrap, group, topic))


async def _lag(bootstrap: str, group: str, topic: str) -> int:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await consumer.start()
    await admin.start()
    try:
        partitions = await _partitions(consumer, bootstrap, topic)
        committed = await admin.list_consumer_group_offsets(group, partitions=partitions)
        ends = await consumer.end_offsets(partitions)
        return sum(ends[each] - max(0, committed[each].offset) for each in partitions)
    finally:
        await admin.close()
        await consumer.stop()
