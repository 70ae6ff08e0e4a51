"""What follows from a command: events, and never an exception. A repeated command gives ``[]``."""

from dataclasses import asdict
from datetime import datetime
from typing import Any, assert_never

from domain.commands import (
    Cancel,
    Command,
    FinishUndo,
    Purge,
    Replay,
    RetryDue,
    Settle,
    Start,
    Undo,
    WorkFailed,
)
from domain.errors import Fatal
from domain.failures import error_info
from domain.refusals import cancel_refusal, purge_refusal, replay_refusal, undo_refusal
from domain.retry import delay, limit
from domain.states import (
    Absent,
    Active,
    Cancelled,
    Pending,
    Purged,
    Retrying,
    Running,
    State,
    Undoing,
)
from domain.work import Work
from events.records import Counts, ErrorInfo
from events.tasks import (
    Request,
    TaskCancelled,
    TaskCompleted,
    TaskEvent,
    TaskFailed,
    TaskPurged,
    TaskRequestAccepted,
    TaskRequestRefused,
    TaskRetryScheduled,
    TaskStarted,
    TaskUndone,
)


def decide(state: State, command: Command, now: datetime, left: Counts | None = None) -> list[TaskEvent]:
    """The events that answer ``command`` in ``state``; the caller evolves by them and publishes them.

    ``left`` is what the attempt has in the database, counted under its exclusive lock; without it the
    events of a stopped attempt say what the log has told so far, which may be some batches less.
    """
    match command:
        case Start():
            return _start(state, command)
        case RetryDue():
            return _retry(state, command, now)
        case Settle():
            return _settle(state)
        case WorkFailed():
            return _work_failed(state, command, now, left)
        case Cancel():
            return _cancel(state, left)
        case Replay():
            return _replay(state, command)
        case Undo():
            return _undo(state, command)
        case FinishUndo():
            return _finish_undo(state, command)
        case Purge():
            return _purge(state)
        case _ as never:
            assert_never(never)


def _start(state: State, command: Start) -> list[TaskEvent]:
    if not isinstance(state, Pending):
        return []
    return [TaskStarted(seq=state.seq + 1, attempt=state.work.attempt, worker=command.worker)]


def _retry(state: State, command: RetryDue, now: datetime) -> list[TaskEvent]:
    if not isinstance(state, Retrying) or now < state.at:
        return []
    tries = state.work.tries + 1
    return [TaskStarted(seq=state.seq + 1, attempt=state.work.attempt, tries=tries, worker=command.worker)]


def _settle(state: State) -> list[TaskEvent]:
    """Also between two tries: what the next one would have read is in already."""
    if not isinstance(state, Running | Retrying) or not state.work.all_in:
        return []
    work, seq = state.work, state.seq + 1
    off = _off(work)
    if off:
        return [TaskFailed(seq=seq, attempt=work.attempt, error=off, totals=work.totals)]
    outcome = "partial" if work.rejected or work.doubts else "clean"
    totals, result = work.totals, _result(work)
    return [TaskCompleted(seq=seq, attempt=work.attempt, totals=totals, outcome=outcome, result=result)]


def _off(work: Work) -> ErrorInfo | None:
    """By how much the verdicts miss the rows of the source."""
    rows, counted = work.source.rows if work.source else 0, work.totals.total
    if rows == counted:
        return None
    error = Fatal("counts_do_not_add_up", source_rows=rows, counted=counted, difference=counted - rows)
    return error_info(error)


def _result(work: Work) -> dict[str, Any]:
    totals = work.totals
    words = {"inserted": totals.created} | totals.model_dump(exclude={"created"})
    notes = list(work.source.notes) if work.source else []
    return words | {
        "total": totals.total,
        "warned": work.warned_by_now,
        **({"touched_closed": work.touched_closed} if work.touched_closed else {}),
        "batches": len(work.done),
        "notes": notes,
    }


def _work_failed(state: State, command: WorkFailed, now: datetime, left: Counts | None) -> list[TaskEvent]:
    if not isinstance(state, Running | Retrying) or command.attempt != state.work.attempt:
        return []
    work, seq, error = state.work, state.seq + 1, command.error
    # An importer's fatal finding (a batch under a number that holds another) is true of any try;
    # everything else from a try that is over has been answered by the retry that followed.
    of_any_try = command.batch_no is not None and not error.retryable
    if not of_any_try and (isinstance(state, Retrying) or command.tries != work.tries):
        return []
    last = limit(error, work.tries, work.faults)
    if last is None:
        return [TaskFailed(seq=seq, attempt=work.attempt, error=error, totals=left or work.totals)]
    at = now + delay(work.tries)
    return [
        TaskRetryScheduled(seq=seq, attempt=work.attempt, tries=work.tries, limit=last, at=at, error=error)
    ]


def _cancel(state: State, left: Counts | None) -> list[TaskEvent]:
    if isinstance(state, Cancelled):
        return []
    reason = cancel_refusal(state)
    if reason or not isinstance(state, Active):
        return _refused(state, "cancel", reason)
    return [TaskCancelled(seq=state.seq + 1, attempt=state.work.attempt, totals=left or state.work.totals)]


def _replay(state: State, command: Replay) -> list[TaskEvent]:
    if not isinstance(state, Absent | Purged) and command.attempt <= state.work.attempt:
        return []
    reason = replay_refusal(state, command)
    if reason:
        return _refused(state, "replay", reason)
    return [TaskRequestAccepted(seq=state.seq + 1, request="replay", **asdict(command))]


def _undo(state: State, command: Undo) -> list[TaskEvent]:
    reason = undo_refusal(state) or (None if command.possible else "cannot_be_undone")
    if reason or isinstance(state, Absent | Purged):
        return _refused(state, "undo", reason)
    return [
        TaskRequestAccepted(
            seq=state.seq + 1,
            request="undo",
            attempt=state.work.attempt,
            force=command.force,
            closed_period_override=command.closed_period_override,
        )
    ]


def _finish_undo(state: State, command: FinishUndo) -> list[TaskEvent]:
    if not isinstance(state, Undoing):
        return []
    return [TaskUndone(seq=state.seq + 1, **asdict(command))]


def _purge(state: State) -> list[TaskEvent]:
    if isinstance(state, Purged):
        return []
    reason = purge_refusal(state)
    return _refused(state, "cleanup", reason) if reason else [TaskPurged(seq=state.seq + 1)]


def _refused(state: State, request: Request, reason: str | None) -> list[TaskEvent]:
    return [
        TaskRequestRefused(
            seq=state.seq + 1, request=request, reason=reason or "impossible", state=state.name
        )
    ]
