"""How a task changes by what has happened. Total: any event in any order, and it never decides."""

from typing import assert_never

from domain.states import (
    About,
    Absent,
    Active,
    Cancelled,
    Completed,
    Ended,
    Failed,
    Known,
    Pending,
    Purged,
    Retrying,
    Running,
    State,
    Undoing,
    Undone,
    known_status,
)
from domain.work import Work, facts_of, next_work
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

Lifecycle = (
    TaskStarted
    | TaskRetryScheduled
    | TaskCompleted
    | TaskFailed
    | TaskCancelled
    | TaskRequestAccepted
    | TaskRequestRefused
    | TaskUndone
    | TaskPurged
)


def evolve(state: State, event: TaskEvent) -> State:
    """The task after ``event``; the same object when the event says nothing new.

    Redelivery is harmless: a batch counts once by (attempt, batch_no), the conductor's own events by
    ``seq``, everything else leaves a task that has moved on as it is.
    """
    match event:
        case TaskSubmitted():
            return _submitted(state, event)
        case TaskSourceRead() | TaskBatchImported():
            return _work_done(state, event)
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
            return _lifecycle(state, event) if event.seq > state.seq else state
        case (
            TaskProgressed()
            | TaskWorkFailed()
            | TaskStalled()
            | TaskCancelRequested()
            | TaskReplayRequested()
            | TaskUndoRequested()
            | TaskRowCorrected()
            | TaskCleanupRequested()
        ):
            return state
        case _ as never:
            assert_never(never)


def _submitted(state: State, event: TaskSubmitted) -> State:
    if not isinstance(state, Absent):
        return state
    about = About(
        kind=event.kind,
        priority=event.priority,
        dry_run=event.dry_run,
        shadow="shadow_of" in event.source,
    )
    return Pending(seq=state.seq, about=about, work=Work(closed_period_override=event.closed_period_override))


def _work_done(state: State, event: TaskSourceRead | TaskBatchImported) -> State:
    """Counted in whatever state the attempt is: a batch that committed just before a cancel is there."""
    if isinstance(state, Absent | Purged) or event.attempt != state.work.attempt:
        return state
    work = _read(state.work, event) if isinstance(event, TaskSourceRead) else _imported(state.work, event)
    return state if work is state.work else state.model_copy(update={"work": work})


def _read(work: Work, event: TaskSourceRead) -> Work:
    """A reader that took over says it again, byte for byte the same: the first word counts."""
    return work if work.source else work.model_copy(update={"source": facts_of(event)})


def _imported(work: Work, event: TaskBatchImported) -> Work:
    done = work.done.add(event.batch_no)
    if done is work.done:
        return work
    counts, warned = work.counts + event.counts, work.warned + event.warned
    touched = work.touched_closed + (event.touched_closed or 0)
    return work.model_copy(
        update={"done": done, "counts": counts, "warned": warned, "touched_closed": touched}
    )


def _lifecycle(state: State, event: Lifecycle) -> State:
    """What the conductor said is so, even where this reader of the log would have expected otherwise."""
    seen = state.model_copy(update={"seq": event.seq})
    if isinstance(state, Absent | Purged) or isinstance(event, TaskRequestRefused):
        return seen
    if isinstance(event, TaskRequestAccepted):
        return _accepted(state, event)
    if isinstance(event, TaskPurged):
        return Purged(seq=event.seq)
    if isinstance(event, TaskUndone):
        return Undone(seq=event.seq, about=state.about, work=state.work, was=known_status(state))
    return _moved(state, event) if event.attempt == state.work.attempt else seen


def _moved(
    state: Known, event: TaskStarted | TaskRetryScheduled | TaskCompleted | TaskFailed | TaskCancelled
) -> Active | Ended:
    seq, about, work = event.seq, state.about, state.work
    match event:
        case TaskStarted():
            return Running(seq=seq, about=about, work=work.model_copy(update={"tries": event.tries}))
        case TaskRetryScheduled():
            # A limit says that the source was at fault; without one the try costs nothing.
            work = work.model_copy(update={"faults": work.faults + (event.limit > 0)})
            return Retrying(seq=seq, about=about, work=work, at=event.at, error=event.error)
        case TaskCompleted():
            return Completed(seq=seq, about=about, work=work, outcome=event.outcome)
        case TaskFailed():
            return Failed(seq=seq, about=about, work=work, error=event.error)
        case TaskCancelled():
            return Cancelled(seq=seq, about=about, work=work)
        case _ as never:
            assert_never(never)


def _accepted(state: Known, event: TaskRequestAccepted) -> State:
    seq, about, work = event.seq, state.about, state.work
    if event.request == "replay":
        following = next_work(work, event.attempt, event.scope, event.input, event.params)
        override = {"closed_period_override": event.closed_period_override}
        return Pending(seq=seq, about=about, work=following.model_copy(update=override))
    return Undoing(seq=seq, about=about, work=work, was=known_status(state), force=event.force)
