"""A conductor in a few lines: the real decisions, states where others look for them, no fence, no outbox."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import cast

from aiokafka import AIOKafkaConsumer, TopicPartition
from sqlalchemy.ext.asyncio import AsyncEngine

from domain import task as tasks
from domain.identity import event_id
from events.cloudevents import Envelope, decode
from events.tasks import TaskEvent, TaskSubmitted
from events.topics import PARTITIONS, TASKS
from infra.clock import utc_now
from infra.kafka import Publisher
from infra.postgres import create_engine
from infra.settings import Settings
from processors.conductor import store
from processors.conductor.store import Folded


@contextlib.asynccontextmanager
async def deciding(settings: Settings) -> AsyncIterator[None]:
    """Answer every event of ``tasks`` from here on."""
    topic = settings.namespace + TASKS
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.kafka, fetch_max_wait_ms=20)
    publisher = Publisher(settings.kafka)
    await consumer.start()
    consumer.assign([TopicPartition(topic, number) for number in range(PARTITIONS)])
    await consumer.seek_to_end()
    engine = create_engine(settings.libpq_url, pool_size=1)
    running = asyncio.create_task(_decide(consumer, publisher, topic, engine))
    try:
        yield
    finally:
        running.cancel()
        await asyncio.wait([running])
        await consumer.stop()
        await publisher.stop()
        await engine.dispose()


async def _decide(consumer: AIOKafkaConsumer, publisher: Publisher, topic: str, engine: AsyncEngine) -> None:
    folded: dict[str, Folded] = {}
    async for message in consumer:
        cause = decode(message.value, message.headers)
        known = folded.setdefault(cause.subject, Folded(tasks.Absent(), message.partition))
        if isinstance(cause.event, TaskSubmitted):
            known.spec = cause.event.model_dump(
                mode="json", include={"kind", "params", "source", "priority", "dry_run"}
            )
        known.state, said = tasks.step(known.state, cast(TaskEvent, cause.event), utc_now())
        async with engine.begin() as connection:
            await store.save(connection, {cause.subject: known})
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
