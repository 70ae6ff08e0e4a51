"""What was decided becomes fence and outbox, in the transaction of the decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self, cast

from sqlalchemy.ext.asyncio import AsyncConnection

from domain import task as tasks
from events.base import Event
from events.cloudevents import Envelope
from events.registry import TASK_EVENTS
from events.tasks import (
    TaskCancelled,
    TaskCompleted,
    TaskEvent,
    TaskFailed,
    TaskPurged,
    TaskRequestAccepted,
    TaskStarted,
    TaskUndone,
)
from infra.clock import Now
from infra.version import VERSION
from processors.conductor import files, leftovers, outbox, store, undos
from processors.conductor.store import Folded


@dataclass(frozen=True, slots=True)
class Cause:
    """Why something is said: the event that led to it, or the clock (no ``event_id``)."""

    task_id: str
    correlation_id: str
    event_id: str | None

    @classmethod
    def of(cls, envelope: Envelope) -> Self:
        return cls(envelope.subject, envelope.correlation_id, envelope.id)


class Answers:
    """Says what the decider decided, as ``worker``."""

    def __init__(self, worker: str, now: Now) -> None:
        self._worker = worker
        self._now = now

    async def say(
        self, connection: AsyncConnection, known: Folded, cause: Cause, said: Sequence[TaskEvent]
    ) -> None:
        """Move the fence, fill the outbox, hand an undo to who does it; a task that is undone, or that fails
        or is stopped before anything of it was ever complete, frees its file, and a later attempt that
        completes holds it again. What a task leaves that goes out of the lists is removed by importers."""
        if not said:
            return
        for event in said:
            if (fence := tasks.fence(event)) is not None:
                await store.write_fence(connection, cause.task_id, fence)
            if _frees_its_file(event):
                await files.release(connection, cause.task_id)
            if isinstance(event, TaskCompleted) and event.attempt > 1:
                await files.hold(connection, cause.task_id)
            if isinstance(event, TaskPurged):
                await leftovers.leave_over(connection, cause.task_id, known)
            if isinstance(event, TaskRequestAccepted) and event.request == "undo":
                await undos.begin(connection, cause.task_id, known, event)
        await outbox.put_out(connection, known.partition, [self._envelope(cause, event) for event in said])

    def _envelope(self, cause: Cause, event: TaskEvent) -> Envelope:
        assert tasks.lifecycle(event), "the conductor says lifecycle events only"
        return Envelope(
            id=tasks.event_id(cause.task_id, event.seq),
            time=self._now(),
            subject=cause.task_id,
            actor=f"system:{self._worker}",
            correlation_id=cause.correlation_id,
            causation_id=cause.event_id,
            source="/tidemark/conductor",
            event=with_version(event),
        )


def with_version(event: TaskEvent) -> TaskEvent:
    """An attempt says which code it was started by; deciding does not know of versions."""
    return event.model_copy(update={"version": VERSION}) if isinstance(event, TaskStarted) else event


def _frees_its_file(event: TaskEvent) -> bool:
    return isinstance(event, TaskUndone) or (
        isinstance(event, TaskFailed | TaskCancelled) and event.attempt == 1
    )


def task_event(event: Event) -> TaskEvent:
    """An event of topic ``tasks``, which carries no others."""
    if event.type not in TASK_EVENTS:
        raise store.OutOfPlace(f"{event.type} does not belong on topic tasks")
    return cast(TaskEvent, event)
