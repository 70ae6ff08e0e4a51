"""Events of topic ``tasks``: what was asked of a task, and what became of that."""

from typing import Any, Literal

from pydantic import Field

from events.base import Event

Scope = Literal["all", "unfinished", "rejected"]
Input = Literal["recorded", "source"]
Request = Literal["cancel", "replay", "undo", "cleanup"]
Deferred = Literal["replay", "undo"]


class TaskCancelRequested(Event):
    """A person or a schedule asked for the task to be stopped."""

    type: Literal["task.cancel_requested.v1"] = "task.cancel_requested.v1"


class TaskRequestRefused(Event):
    """What was asked is impossible in the task's state; nothing changed."""

    type: Literal["task.request_refused.v1"] = "task.request_refused.v1"
    seq: int
    request: Request
    reason: str
    state: str


class TaskRequestAccepted(Event):
    """What was asked will be done, though not at once: a replay waits for its turn, an undo for its work.

    ``attempt`` is the one that follows (replay) or the one taken back (undo). A cancel needs no such
    answer, ``task.cancelled.v1`` is one. ``params``: see ``task.replay_requested.v1``.
    """

    type: Literal["task.request_accepted.v1"] = "task.request_accepted.v1"
    later = frozenset({"params", "closed_period_override"})
    seq: int
    request: Deferred
    attempt: int
    scope: Scope = "all"
    input: Input = "recorded"
    force: bool = False
    params: dict[str, Any] | None = None
    closed_period_override: str | None = None


class TaskReplayRequested(Event):
    """Run it again: as attempt ``attempt``, over ``scope``, from ``input``; ``params`` stand from then on in
    the place of those that were submitted (None = as they were)."""

    type: Literal["task.replay_requested.v1"] = "task.replay_requested.v1"
    later = frozenset({"params", "closed_period_override"})
    attempt: int
    scope: Scope
    input: Input
    params: dict[str, Any] | None = None
    closed_period_override: str | None = None


class TaskUndoRequested(Event):
    """Take back what the task has written; ``force`` also where rows were changed since."""

    type: Literal["task.undo_requested.v1"] = "task.undo_requested.v1"
    later = frozenset({"closed_period_override"})
    force: bool = False
    closed_period_override: str | None = None


class TaskUndone(Event):
    """What was given back, and what could not be; ``touched_closed`` rows of it are booked in the closed
    period (None = none)."""

    type: Literal["task.undone.v1"] = "task.undone.v1"
    later = frozenset({"touched_closed"})
    seq: int
    removed: int
    restored: int
    conflicts: int
    touched_closed: int | None = Field(default=None, ge=1)


class TaskRowCorrected(Event):
    """A rejected row was corrected; the row itself is on topic ``rejects``, here only its hash."""

    type: Literal["task.row_corrected.v1"] = "task.row_corrected.v1"
    attempt: int
    row_no: int = Field(ge=1)
    row_hash: str


class TaskCleanupRequested(Event):
    """Somebody wants the finished task out of the lists; one that runs again by then stays."""

    type: Literal["task.cleanup_requested.v1"] = "task.cleanup_requested.v1"


class TaskPurged(Event):
    """The task is out of the lists; its events stay."""

    type: Literal["task.purged.v1"] = "task.purged.v1"
    seq: int
