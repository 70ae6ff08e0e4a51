"""A log that is not the one the rows were made from: the projection says so and ends."""

import asyncio

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from events.rows import RowRejected
from events.topics import PARTITIONS
from projections.offsets import Stopped
from tests.projections.live import Live
from tests.projections.story import TASK, started, submitted

pytestmark = pytest.mark.integration

rejected = RowRejected(attempt=1, batch_no=1, row_no=1, raw={}, code="bad_sum", fingerprint="f")


def _reason(running: "asyncio.Task[None]") -> str:
    error = running.exception()
    assert isinstance(error, BaseExceptionGroup)
    (stopped,) = error.exceptions
    assert isinstance(stopped, Stopped)
    return str(stopped)


async def _stopped(live: Live, change: str) -> str:
    async with live.projection():
        await live.status(await live.publish(submitted, started), "running")
    live.rows(change)
    async with live.projection() as running:
        await asyncio.wait([running], timeout=20)
        return _reason(running)


async def test_another_topic_under_the_old_name(live: Live) -> None:
    change = "UPDATE projection_offset SET topic_id = gen_random_uuid()::text"
    assert "made anew" in await _stopped(live, change)
    live.rows("DELETE FROM projection_offset")
    live.rows(
        "TRUNCATE task, task_event, attempt, batch, task_count, task_standing, task_snapshot,"
        " task_count_change"
    )


async def test_a_log_whose_beginning_was_removed_before_it_was_applied(live: Live) -> None:
    async with live.projection():
        await live.status(await live.publish(submitted, started), "running")
    topic = f"{live.settings.namespace}rejects"
    for _ in range(3):
        await live.publish_rejects(TASK, rejected)
    admin = AIOKafkaAdminClient(bootstrap_servers=live.settings.kafka)
    await admin.start()
    found = {TopicPartition(topic, number): RecordsToDelete(before_offset=-1) for number in range(PARTITIONS)}
    await admin.delete_records(found)
    await admin.close()
    async with live.projection() as running:
        await asyncio.wait([running], timeout=20)
        assert "removed by retention" in _reason(running)
    live.rows("DELETE FROM projection_offset WHERE topic = %s", topic)


async def test_a_log_that_is_shorter_than_what_was_applied(live: Live) -> None:
    change = 'UPDATE projection_offset SET "offset" = "offset" + 1000000'
    assert "the log lost its end" in await _stopped(live, change)


async def test_the_process_says_so_and_ends_with_3(live: Live) -> None:
    code, said = await live.command()
    assert (code, "Nothing was changed here" in said) == (3, True)
    assert "Traceback" not in said
