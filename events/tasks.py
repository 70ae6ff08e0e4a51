"""The events of topic ``tasks``: what happened to a task. Past tense; never row data.

Lifecycle events are written by the conductor alone and carry ``seq``, the task's own counter,
so that a repeat is recognised without remembering event ids.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from events.attempts import (
    TaskBatchImported,
    TaskCancelled,
    TaskCompleted,
    TaskFailed,
    TaskProgressed,
    TaskRetryScheduled,
    TaskSourceRead,
    TaskStalled,
    TaskStarted,
    TaskWorkFailed,
)
from events.base import Event
from events.records import Priority
from events.requests import (
    Deferred,
    Input,
    Request,
    Scope,
    TaskCancelRequested,
    TaskCleanupRequested,
    TaskPurged,
    TaskReplayRequested,
    TaskRequestAccepted,
    TaskRequestRefused,
    TaskRowCorrected,
    TaskUndone,
    TaskUndoRequested,
)

__all__ = [
    "Deferred",
    "Input",
    "Request",
    "Scope",
    "TaskBatchImported",
    "TaskCancelRequested",
    "TaskCancelled",
    "TaskCleanupRequested",
    "TaskCompleted",
    "TaskEvent",
    "TaskFailed",
    "TaskProgressed",
    "TaskPurged",
    "TaskReplayRequested",
    "TaskRequestAccepted",
    "TaskRequestRefused",
    "TaskRetryScheduled",
    "TaskRowCorrected",
    "TaskSourceRead",
    "TaskStalled",
    "TaskStarted",
    "TaskSubmitted",
    "TaskUndoRequested",
    "TaskUndone",
    "TaskWorkFailed",
]


class TaskSubmitted(Event):
    """Somebody asked for work. ``source`` says where the input is: a content hash or a period.
    ``closed_period_override``, here and in the other requests, is the id under which PostgreSQL keeps the
    reason for which an administrator lets it touch the closed period."""

    type: Literal["task.submitted.v1"] = "task.submitted.v1"
    later = frozenset({"closed_period_override"})
    kind: str
    params: dict[str, Any] = Field(default_factory=dict)
    source: dict[str, Any] = Field(default_factory=dict)
    priority: Priority = "normal"
    idempotency_key: str | None = None
    dry_run: bool = False
    closed_period_override: str | None = None


TaskEvent = Annotated[
    TaskSubmitted
    | TaskStarted
    | TaskProgressed
    | TaskSourceRead
    | TaskBatchImported
    | TaskWorkFailed
    | TaskStalled
    | TaskRetryScheduled
    | TaskCompleted
    | TaskFailed
    | TaskCancelRequested
    | TaskCancelled
    | TaskRequestAccepted
    | TaskRequestRefused
    | TaskReplayRequested
    | TaskUndoRequested
    | TaskUndone
    | TaskRowCorrected
    | TaskCleanupRequested
    | TaskPurged,
    Field(discriminator="type"),
]
