"""How each event of topic ``tasks`` changes what people see of a task. Pure; decides nothing."""

from typing import assert_never, cast, get_args

from events.cloudevents import Envelope
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
from projections import ending, moving, progress
from projections.altering import altered, altered_again
from projections.position import Position
from projections.view import ENDED, Attempt, Message, Progress, View

Lifecycle = (
    TaskStarted
    | TaskRetryScheduled
    | TaskCompleted
    | TaskFailed
    | TaskCancelled
    | TaskRequestAccepted
    | TaskRequestRefused
    | TaskUndone
)
Changing = (
    TaskStarted
    | TaskProgressed
    | TaskBatchImported
    | TaskSourceRead
    | TaskRetryScheduled
    | TaskCancelRequested
    | TaskCompleted
    | TaskFailed
    | TaskCancelled
    | TaskUndone
    | TaskRequestAccepted
    | TaskRequestRefused
    | TaskWorkFailed
    | TaskStalled
    | TaskReplayRequested
    | TaskUndoRequested
    | TaskRowCorrected
    | TaskCleanupRequested
)
# Classes are compared: isinstance asks a pydantic class, in Python, about all that it is not (0.5 µs).
_LIFECYCLE = frozenset(get_args(Lifecycle))
# Of a task that is not known (not submitted, or purged) nothing but its submission can be shown.
NOWHERE = Position(-1, -1)


def apply(view: View | None, envelope: Envelope, position: Position = NOWHERE) -> View | None:
    """The view after one more event; None when there is nothing to see (any more).

    A repeat gives the very same object back: a second submission, or a lifecycle event whose ``seq``
    is in the view already. Repeated batches are dropped before, by their primary key.
    """
    event = cast(TaskEvent, envelope.event)
    kind = type(event)
    if kind is TaskSubmitted:
        return view or _submitted(cast(TaskSubmitted, event), envelope, position)
    if view is None or kind is TaskPurged:
        return None
    seq = view.seq
    if kind in _LIFECYCLE:
        seq = cast(Lifecycle, event).seq
        if seq <= view.seq:
            return view
    return altered_again(
        _changed(view, cast(Changing, event), envelope),
        view,
        partition=position.partition,
        offset=position.offset,
        seen_at=max(view.seen_at, envelope.time),
        seq=seq,
    )


def _submitted(event: TaskSubmitted, envelope: Envelope, position: Position) -> View:
    return View(
        id=envelope.subject,
        partition=position.partition,
        offset=position.offset,
        kind=event.kind,
        priority=event.priority,
        dry_run=event.dry_run,
        submitted_by=envelope.actor,
        correlation_id=envelope.correlation_id,
        created_at=envelope.time,
        seen_at=envelope.time,
        params=event.params,
        source=event.source,
        progress=Progress(Message("task.waiting")),
        attempts={1: Attempt(1, envelope.time)},
    )


def _changed(view: View, event: Changing, envelope: Envelope) -> View:
    at = envelope.time
    match event:
        # Nine of ten are of these two: they are asked for first.
        case TaskBatchImported():
            return moving.batch_imported(view, event, envelope)
        case TaskProgressed():
            return moving.progressed(view, event, envelope)
        case TaskStarted():
            return moving.started(view, event, envelope)
        case TaskSourceRead():
            return moving.source_read(view, event, envelope)
        case TaskRetryScheduled():
            return moving.retry_scheduled(view, event, envelope)
        case TaskCancelRequested():
            if view.status in ENDED:
                return view
            return altered(view, progress=progress.paused(view.progress, Message("task.cancelling")))
        case TaskCompleted():
            return ending.completed(view, event, at)
        case TaskFailed():
            return ending.failed(view, event, at)
        case TaskCancelled():
            return ending.cancelled(view, event, at)
        case TaskUndone():
            return ending.undone(view, event, at)
        case TaskRequestAccepted():
            if event.request == "undo":
                return moving.undoing(view, envelope)
            return moving.replayed(view, event, envelope)
        case (
            TaskRequestRefused()
            | TaskWorkFailed()
            | TaskStalled()
            | TaskReplayRequested()
            | TaskUndoRequested()
            | TaskRowCorrected()
            | TaskCleanupRequested()
        ):
            # In the audit trail only; what follows from them are events of their own.
            return view
        case _:
            assert_never(event)
