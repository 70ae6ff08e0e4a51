"""The life of a task, as pure functions over its events.

``evolve`` folds what has happened, ``decide`` answers a command, ``react`` knows which command an event
of the log implies, ``step`` does all three. The conductor calls ``step`` for each message of
topic ``tasks``, ``decide(state, Start() | RetryDue(), now)`` for what waits or has come due, stores
``dump(state)`` and publishes what came out under ``event_id(task_id, event.seq)``.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, TypeGuard, assert_never

from domain.commands import Cancel, Command, Purge, Replay, Settle, Start, Undo, WorkFailed
from domain.decisions import decide
from domain.evolution import Lifecycle, evolve
from domain.identity import batch_event_id, event_id
from domain.states import Absent, Retrying, State, dump, load, status_of
from events.records import Counts
from events.tasks import (
    TaskBatchImported,
    TaskCancelled,
    TaskCancelRequested,
    TaskCleanupRequested,
    TaskCompleted,
    TaskEvent,
    TaskFailed,
    TaskProgressed,
    TaskPurged,
    TaskReplayRequested,
    TaskRequestAccepted,
    TaskRequestRefused,
    TaskRetryScheduled,
    TaskRowCorrected,
    TaskSourceRead,
    TaskStalled,
    TaskStarted,
    TaskSubmitted,
    TaskUndone,
    TaskUndoRequested,
    TaskWorkFailed,
)

__all__ = [
    "Absent",
    "Fence",
    "State",
    "batch_event_id",
    "decide",
    "dump",
    "event_id",
    "evolve",
    "fence",
    "implied",
    "lifecycle",
    "load",
    "react",
    "status_of",
    "step",
    "wakes_at",
]


def implied(event: TaskEvent) -> Command | None:
    """The command that an event of the log implies, None for what is only news."""
    match event:
        case TaskSubmitted():
            return Start()
        case TaskSourceRead() | TaskBatchImported():
            return Settle()
        case TaskWorkFailed():
            return WorkFailed(event.attempt, event.tries, event.error, event.batch_no)
        case TaskCancelRequested():
            return Cancel()
        case TaskReplayRequested():
            return Replay(event.attempt, event.scope, event.input, event.params, event.closed_period_override)
        case TaskUndoRequested():
            return Undo(event.force, closed_period_override=event.closed_period_override)
        case TaskCleanupRequested():
            return Purge()
        case TaskProgressed() | TaskStalled() | TaskRowCorrected():
            return None
        case (
            TaskStarted()
            | TaskRetryScheduled()
            | TaskCompleted()
            | TaskFailed()
            | TaskCancelled()
            | TaskRequestAccepted()
            | TaskRequestRefused()
            | TaskUndone()
            | TaskPurged()
        ):
            return None  # the conductor's own words, coming back from the log
        case _ as never:
            assert_never(never)


def react(
    state: State,
    event: TaskEvent,
    now: datetime,
    *,
    admitted: bool = True,
    left: Counts | None = None,
    undoable: bool = True,
) -> list[TaskEvent]:
    """What the conductor says to ``event``, when ``state`` has taken it in already.

    Not ``admitted`` = no room for one more: the attempt stays pending until somebody decides ``Start``.
    ``left``: see ``decide``; ``undoable``: whether the task's kind knows how to take back what it wrote.
    """
    command = implied(event)
    if isinstance(command, Undo):
        command = replace(command, possible=undoable)
    if command is None or (isinstance(command, Start) and not admitted):
        return []
    events = decide(state, command, now, left)
    if admitted and any(_replay_accepted(said) for said in events):
        events += decide(_after(state, events), Start(), now)
    return events


def _replay_accepted(event: TaskEvent) -> bool:
    return isinstance(event, TaskRequestAccepted) and event.request == "replay"


def step(
    state: State,
    event: TaskEvent,
    now: datetime,
    *,
    admitted: bool = True,
    left: Counts | None = None,
    undoable: bool = True,
) -> tuple[State, list[TaskEvent]]:
    """One message of the log: the task after it and after what was decided, and what to publish."""
    state = evolve(state, event)
    events = react(state, event, now, admitted=admitted, left=left, undoable=undoable)
    return _after(state, events), events


def _after(state: State, events: list[TaskEvent]) -> State:
    for event in events:
        state = evolve(state, event)
    return state


@dataclass(frozen=True, slots=True)
class Fence:
    """Whether batches of an attempt may still commit: only while it is ``current``."""

    attempt: int
    status: Literal["current", "cancelled", "finished"]


def fence(event: TaskEvent) -> Fence | None:
    """How an event that the conductor says moves the fence, to be written in the same transaction."""
    if not isinstance(event, Lifecycle):
        return None
    match event:
        case TaskStarted():
            return Fence(event.attempt, "current")
        case TaskCancelled():
            return Fence(event.attempt, "cancelled")
        case TaskCompleted() | TaskFailed():
            return Fence(event.attempt, "finished")
        case (
            TaskRetryScheduled() | TaskRequestAccepted() | TaskRequestRefused() | TaskUndone() | TaskPurged()
        ):
            return None
        case _ as never:
            assert_never(never)


def wakes_at(state: State) -> datetime | None:
    """When the clock is to ask again (``RetryDue``)."""
    return state.at if isinstance(state, Retrying) else None


def lifecycle(event: TaskEvent) -> TypeGuard[Lifecycle]:
    """Whether only the conductor says it, numbered by ``seq``."""
    return isinstance(event, Lifecycle)
