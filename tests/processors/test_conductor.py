"""The conductor: each event taken in once, each answer in the log, the fence and the file's freedom."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.errors import Fatal, SourceUnavailable
from domain.failures import error_info
from events.base import Event
from events.cloudevents import Envelope
from events.records import Counts
from events.tasks import (
    TaskBatchImported,
    TaskCancelRequested,
    TaskCleanupRequested,
    TaskReplayRequested,
    TaskSourceRead,
    TaskSubmitted,
    TaskUndoRequested,
    TaskWorkFailed,
)
from events.topics import TASKS, topic_specs
from infra.clock import new_id
from infra.kafka import Publisher, ensure_topics
from infra.postgres import create_engine
from infra.settings import Settings
from infra.topic_ids import topic_ids
from processors.conductor.admission import Limits
from processors.conductor.conductor import Conductor, Positioned
from processors.conductor.store import OutOfPlace
from tests.kafka_reading import read_all

pytestmark = pytest.mark.integration

NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)
UPLOAD = TaskSubmitted(kind="bank_transactions", source={"type": "upload"})
DONE = TaskSourceRead(attempt=1, rows=3, batches=1)
BATCH = TaskBatchImported(attempt=1, batch_no=1, rows=3, created=3, elapsed_ms=1, worker="importer-1")


@dataclass
class World:
    """A conductor with a log of its own, of which it hears what the test says."""

    settings: Settings
    engine: AsyncEngine
    publisher: Publisher
    conductor: Conductor
    topic_id: str
    offset: int = -1
    now: datetime = NOON
    told: list[Positioned] = field(default_factory=list)

    def event(self, task_id: str, event: Event, actor: str = "user:1") -> Positioned:
        self.offset += 1
        envelope = Envelope(new_id(), NOON, task_id, actor, task_id, None, "/tidemark/api", event)
        return Positioned(0, self.offset, envelope)

    async def hear(self, *events: Positioned) -> None:
        self.told.extend(events)
        await self.conductor.handle(events)

    async def said(self, task_id: str) -> list[Any]:
        """What the conductor put into the log about a task, in order."""
        found = await read_all(self.settings.kafka, self.settings.namespace + TASKS)
        return [one.event for one in found if one.subject == task_id]

    async def scalar(self, statement: str, **parameters: Any) -> Any:
        async with self.engine.connect() as connection:
            return await connection.scalar(text(statement), parameters)


@pytest.fixture
async def world(settings: Settings) -> AsyncIterator[World]:
    engine = create_engine(settings.database_url.get_secret_value())
    async with engine.begin() as connection:
        await connection.execute(text("TRUNCATE conductor_offset, task_state, outbox, attempt, intake, undo"))
    publisher = Publisher(settings.kafka)
    await ensure_topics(settings.kafka, topic_specs(settings.namespace))
    topic = settings.namespace + TASKS
    ids = await topic_ids(settings.kafka, [topic])
    conductor = Conductor(
        engine,
        publisher,
        topic_id=ids[topic],
        limits=Limits(per_kind=2, per_source=1, per_submitter=2),
        namespace=settings.namespace,
        now=lambda: made.now,
    )
    made = World(settings, engine, publisher, conductor, ids[topic])
    yield made
    await publisher.stop()
    await engine.dispose()


def types(events: list[Any]) -> list[str]:
    return [event.type for event in events]


async def test_success_from_submission_to_completion(world: World) -> None:
    task = new_id()
    await world.hear(world.event(task, UPLOAD))
    await world.hear(world.event(task, DONE), world.event(task, BATCH))
    said = await world.said(task)
    assert types(said) == ["task.started.v1", "task.completed.v1"]
    assert said[1].outcome == "clean"
    assert said[1].totals == Counts(created=3)
    assert await world.scalar("SELECT state FROM attempt WHERE task_id = :task", task=task) == "finished"
    assert await world.scalar("SELECT count(*) FROM outbox") == 0


async def test_what_was_taken_in_before_is_skipped(world: World) -> None:
    task = new_id()
    await world.hear(world.event(task, UPLOAD), world.event(task, DONE), world.event(task, BATCH))
    await world.conductor.handle(world.told)
    assert types(await world.said(task)) == ["task.started.v1", "task.completed.v1"]


async def test_a_hole_in_the_log_stops_everything(world: World) -> None:
    await world.hear(world.event(new_id(), UPLOAD))
    world.offset += 1
    with pytest.raises(OutOfPlace, match="was never seen"):
        await world.hear(world.event(new_id(), UPLOAD))


async def test_a_topic_made_anew_stops_everything(world: World) -> None:
    await world.hear(world.event(new_id(), UPLOAD))
    other = Conductor(world.engine, world.publisher, topic_id=new_id(), namespace=world.settings.namespace)
    with pytest.raises(OutOfPlace, match="made anew"):
        await other.handle([world.event(new_id(), UPLOAD)])


async def test_cancel_closes_the_attempt_and_says_what_is_left(world: World) -> None:
    task = new_id()
    await world.hear(world.event(task, UPLOAD))
    async with world.engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO applied_batch (task_id, attempt, batch_no, content_hash, counts)"
                " VALUES (:task, 1, 1, '', '{7,0,0,1,2,0,0}')"
            ),
            {"task": task},
        )
    await world.hear(world.event(task, TaskCancelRequested()))
    said = await world.said(task)
    assert types(said) == ["task.started.v1", "task.cancelled.v1"]
    assert said[1].totals == Counts(created=7, duplicate=1, rejected=2)
    assert await world.scalar("SELECT state FROM attempt WHERE task_id = :task", task=task) == "cancelled"


async def test_cancel_of_a_finished_task_is_refused_with_the_reason(world: World) -> None:
    task = new_id()
    await world.hear(world.event(task, UPLOAD), world.event(task, DONE), world.event(task, BATCH))
    request = world.event(task, TaskCancelRequested())
    await world.hear(request)
    refused = (await world.said(task))[-1]
    assert (refused.type, refused.reason) == ("task.request_refused.v1", "already_finished")
    found = await read_all(world.settings.kafka, world.settings.namespace + TASKS)
    assert [one.causation_id for one in found if one.event == refused] == [request.envelope.id]


async def submitted(world: World, task: str, file: str = "f", *, active: bool = True) -> None:
    async with world.engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO intake (task_id, event_id, actor, kind, priority, body_hash, file_hash, active,"
                " value, headers) VALUES (:task, :task, '1', 'k', 'normal', '', :file, :active, '', '[]')"
            ),
            {"task": task, "file": file, "active": active},
        )


async def holds(world: World, task: str) -> bool:
    return bool(await world.scalar("SELECT active FROM intake WHERE task_id = :task", task=task))


async def test_a_failing_task_frees_its_file(world: World) -> None:
    task = new_id()
    await submitted(world, task)
    error = error_info(Fatal("not_client_bank"))
    await world.hear(world.event(task, UPLOAD))
    await world.hear(world.event(task, TaskWorkFailed(attempt=1, tries=1, worker="r", error=error)))
    assert types(await world.said(task))[-1] == "task.failed.v1"
    assert not await holds(world, task)


async def undone(world: World, task: str) -> None:
    """Completed, and then everything it wrote given back."""
    await world.hear(world.event(task, UPLOAD), world.event(task, DONE), world.event(task, BATCH))
    await world.hear(world.event(task, TaskUndoRequested()))
    async with world.engine.begin() as connection:
        await connection.execute(
            text("UPDATE undo SET total = 3, done = 3, removed = 3, finished_at = now()")
        )
    await world.conductor.tick([0])
    assert types(await world.said(task))[-1] == "task.undone.v1"


async def loaded_again(world: World, task: str) -> None:
    await world.hear(world.event(task, TaskReplayRequested(attempt=2, scope="all", input="recorded")))
    await world.conductor.tick([0])
    again = {"attempt": 2}
    await world.hear(
        world.event(task, DONE.model_copy(update=again)), world.event(task, BATCH.model_copy(update=again))
    )
    assert types(await world.said(task))[-1] == "task.completed.v1"


async def test_a_task_that_is_undone_and_loaded_again_holds_its_file_again(world: World) -> None:
    task = new_id()
    await submitted(world, task)
    await undone(world, task)
    assert not await holds(world, task)
    await loaded_again(world, task)
    assert await holds(world, task)


async def test_it_does_not_where_another_task_holds_the_file_by_then(world: World) -> None:
    task, other = new_id(), new_id()
    await submitted(world, task)
    await undone(world, task)
    await submitted(world, other)
    await loaded_again(world, task)
    assert (await holds(world, task), await holds(world, other)) == (False, True)


async def test_what_a_removed_task_leaves_is_handed_to_importers_once(world: World) -> None:
    task = new_id()
    await world.hear(world.event(task, UPLOAD), world.event(task, DONE), world.event(task, BATCH))
    await world.hear(world.event(task, TaskCleanupRequested()), world.event(task, TaskCleanupRequested()))
    assert types(await world.said(task))[-1] == "task.purged.v1"
    assert await world.scalar("SELECT kind FROM leftover WHERE task_id = :task", task=task) == UPLOAD.kind


async def test_a_source_that_is_away_is_tried_again_when_the_time_has_come(world: World) -> None:
    task = new_id()
    error = error_info(SourceUnavailable("onec_unreachable"))
    await world.hear(world.event(task, UPLOAD))
    await world.hear(world.event(task, TaskWorkFailed(attempt=1, tries=1, worker="r", error=error)))
    scheduled = (await world.said(task))[-1]
    assert (scheduled.type, scheduled.at) == ("task.retry_scheduled.v1", NOON + timedelta(seconds=1))
    await world.conductor.tick([0])
    assert types(await world.said(task))[-1] == "task.retry_scheduled.v1"
    world.now = NOON + timedelta(seconds=1)
    await world.conductor.tick([0])
    again = (await world.said(task))[-1]
    assert (again.type, again.attempt, again.tries) == ("task.started.v1", 1, 2)


async def test_who_finds_no_place_waits_and_starts_when_one_comes_free(world: World) -> None:
    first, second, third = new_id(), new_id(), new_id()
    for task in (first, second, third):
        await world.hear(world.event(task, UPLOAD))
    assert types(await world.said(third)) == []
    await world.hear(world.event(first, DONE), world.event(first, BATCH))
    await world.conductor.tick([0])
    assert types(await world.said(third)) == ["task.started.v1"]


async def test_an_outbox_left_behind_is_published_by_the_successor(world: World) -> None:
    task = new_id()
    away = Publisher("127.0.0.1:1", patience=0.1)
    stopped = Conductor(
        world.engine,
        away,
        topic_id=world.topic_id,
        namespace=world.settings.namespace,
    )
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            await stopped.handle([world.event(task, UPLOAD)])
    assert await world.scalar("SELECT count(*) FROM outbox") == 1
    await world.conductor.tick([0])
    assert types(await world.said(task)) == ["task.started.v1"]
