"""The log as a projection reads it: consumers that commit nothing and choose no beginning themselves."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaError, OffsetOutOfRangeError

from domain.retry import delay
from events.topics import REJECTS, TASKS
from infra.topic_ids import topic_ids
from projections.offsets import REBUILD, Stopped
from projections.polled import Message

log = logging.getLogger(__name__)

GROUP = "tidemark-projections"
# The broker answers a fetch as soon as it has something, but while one is under way aiokafka asks for no
# partition that it left out of it; this is the longest such a partition waits.
FETCH_WAIT_MS = 50
MOST_RECORDS = 2_000
# Of a partition in one fetch, as Kafka has it where nobody says.
MOST_BYTES = 1_048_576
DAY_MS = 86_400_000
LONGEST_WAIT = 2.0


async def topics_when_there(bootstrap: str, namespace: str = "") -> dict[str, str]:
    """The ids of the two topics that are projected, as soon as both exist."""
    wanted = [namespace + TASKS, namespace + REJECTS]
    tries = 0
    while True:
        try:
            found = await topic_ids(bootstrap, wanted)
            if len(found) == len(wanted):
                return found
            why = f"no topic {' or '.join(sorted(set(wanted) - set(found)))} yet"
        except (KafkaError, OSError) as error:
            why = str(error) or type(error).__name__
        tries += 1
        log.warning("Waiting for Kafka at %s (try %d): %s", bootstrap, tries, why)
        await asyncio.sleep(min(delay(tries).total_seconds(), LONGEST_WAIT))


@asynccontextmanager
async def connected(
    bootstrap: str,
    namespace: str = "",
    group: str | None = GROUP,
    member: str | None = None,
    most_bytes: int = MOST_BYTES,
) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer as soon as a broker answers; ``group`` None reads what it assigns itself.

    ``member`` is the process's fixed name: its successor goes on at once instead of after 10 s.
    """
    tries = 0
    while True:
        consumer = _consumer(bootstrap, group and namespace + group, member, most_bytes)
        try:
            await consumer.start()
            break
        except (KafkaError, OSError) as error:
            await consumer.stop()
            tries += 1
            log.warning("Kafka does not answer at %s (try %d): %s", bootstrap, tries, error)
            await asyncio.sleep(min(delay(tries).total_seconds(), LONGEST_WAIT))
    try:
        yield consumer
    finally:
        await consumer.stop()


async def poll(consumer: AIOKafkaConsumer, timeout_ms: int, most: int = MOST_RECORDS) -> list[Message]:
    """What has come, as soon as anything has; raises Stopped where the log no longer has what is next."""
    try:
        found = await consumer.getmany(timeout_ms=timeout_ms, max_records=most)
    except OffsetOutOfRangeError as error:
        raise Stopped(f"The log no longer has the offset that is next: {error}. {REBUILD}") from error
    return [
        Message(place.topic, place.partition, record.offset, record.value, list(record.headers))
        for place, records in found.items()
        for record in records
    ]


def _consumer(bootstrap: str, group: str | None, member: str | None, most_bytes: int) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=group,
        group_instance_id=member,
        client_id="tidemark-projections",
        enable_auto_commit=False,
        auto_offset_reset="none",
        fetch_max_wait_ms=FETCH_WAIT_MS,
        max_partition_fetch_bytes=most_bytes,
        # PostgreSQL may be away for hours: no reason to leave the group.
        max_poll_interval_ms=DAY_MS,
        session_timeout_ms=10_000,
        heartbeat_interval_ms=2_000,
        metadata_max_age_ms=30_000,
    )
