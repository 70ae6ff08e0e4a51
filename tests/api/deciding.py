"""A conductor in a few lines: the real decisions, states in memory, no fence and no outbox."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import cast

from aiokafka import AIOKafkaConsumer, TopicPartition

from domain import task as tasks
from domain.identity import event_id
from events.cloudevents import Envelope, decode
from events.tasks import TaskEvent
from events.topics import PARTITIONS, TASKS
from infra.clock import utc_now
from infra.kafka import Publisher
from infra.settings import Settings


@contextlib.asynccontextmanager
async def deciding(settings: Settings) -> AsyncIterator[None]:
    """Answer every event of ``tasks`` from here on."""
    topic = settings.namespace + TASKS
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.kafka, fetch_max_wait_ms=20)
    publisher = Publisher(settings.kafka)
    await consumer.start()
    consumer.assign([TopicPartition(topic, number) for number in range(PARTITIONS)])
    await consumer.seek_to_end()
    running = asyncio.create_task(_decide(consumer, publisher, topic))
    try:
        yield
    finally:
        running.cancel()
        await asyncio.wait([running])
        await consumer.stop()
        await publisher.stop()


async def _decide(consumer: AIOKafkaConsumer, publisher: Publisher, topic: str) -> None:
    states: dict[str, tasks.State] = {}
    async for message in consumer:
        cause = decode(message.value, message.headers)
        before = states.get(cause.subject, tasks.Absent())
        states[cause.subject], said = tasks.step(before, cast(TaskEvent, cause.event), utc_now())
        for event in said:
            await publisher.publish(topic, _because_of(cause, event))


def _because_of(cause: Envelope, event: TaskEvent) -> Envelope:
    assert tasks.lifecycle(event)
    return Envelope(
        id=event_id(cause.subject, event.seq),
        time=utc_now(),
        subject=cause.subject,
        actor="system:conductor",
        correlation_id=cause.correlation_id,
        causation_id=cause.id,
        source="/tidemark/conductor",
        event=event,
    )
