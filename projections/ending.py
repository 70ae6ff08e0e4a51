"""How an attempt ends, and what is left of the task's earlier state when it was a replay."""

from datetime import datetime
from typing import Any

from events.records import Counts, ErrorInfo, Outcome
from events.tasks import TaskCancelled, TaskCompleted, TaskFailed, TaskUndone
from jobs.results import named_results
from projections import progress
from projections.altering import altered
from projections.view import Attempt, Message, Status, View


def completed(view: View, event: TaskCompleted, at: datetime) -> View:
    """Every row has a verdict; ``partial`` names how many need a person."""
    view = _close(view, event.attempt, "completed", at, totals=event.totals, outcome=event.outcome)
    counts = view.counts
    if event.outcome == "partial":
        message = Message("task.partial", {"rejected": counts.rejected, "total": counts.total})
    else:
        code = "task.completed" if counts.total else "task.completed_empty"
        message = Message(code, {"total": counts.total})
    return altered(
        view,
        status="completed",
        outcome=event.outcome,
        error=None,
        settled=None,
        result=_result(view, event),
        progress=progress.ended(view.progress, view.current.done, complete=True, at=at, message=message),
    )


def failed(view: View, event: TaskFailed, at: datetime) -> View:
    """The attempt failed. A replay that fails leaves the task as it was; its attempt says what happened."""
    view = _close(view, event.attempt, "failed", at, totals=event.totals, error=event.error)
    if (before := _as_before(view)) is not None:
        return before
    message = Message(event.error.code, event.error.args)
    return altered(_stopped(view, "failed", at, message), error=event.error)


def cancelled(view: View, event: TaskCancelled, at: datetime) -> View:
    """Somebody stopped it: the message says how many rows it has loaded. Duplicates were there before."""
    view = _close(view, event.attempt, "cancelled", at, totals=event.totals)
    if (before := _as_before(view)) is not None:
        return before
    loaded = event.totals.created + event.totals.updated
    return _stopped(view, "cancelled", at, Message("task.cancelled", {"rows": loaded}))


def undone(view: View, event: TaskUndone, at: datetime) -> View:
    """Its rows were given back; the task shows as it had ended, with outcome ``undone``."""
    given = {"removed": event.removed, "restored": event.restored, "conflicts": event.conflicts}
    touched = {"touched_closed": event.touched_closed} if event.touched_closed else {}
    code = "task.undone_partly" if event.conflicts else "task.undone"
    return altered(
        view,
        outcome="undone",
        finished_at=at,
        result={**(view.result or {}), "undo": given | touched},
        progress=progress.ended(
            view.progress, sum(given.values()), complete=True, at=at, message=Message(code, given)
        ),
    )


def _close(
    view: View,
    number: int,
    status: Status,
    at: datetime,
    *,
    totals: Counts,
    outcome: Outcome | None = None,
    error: ErrorInfo | None = None,
) -> View:
    attempt = altered(
        view.attempts.get(number) or Attempt(number, at),
        status=status,
        outcome=outcome,
        totals=totals,
        error=error,
        finished_at=at,
    )
    return altered(
        view, attempt=number, attempts={**view.attempts, number: attempt}, retry=None, finished_at=at
    )


def _stopped(view: View, status: Status, at: datetime, message: Message) -> View:
    done = view.current.done
    return altered(
        view,
        status=status,
        settled=None,
        progress=progress.ended(view.progress, done, complete=False, at=at, message=message),
    )


def _as_before(view: View) -> View | None:
    settled = view.settled
    if settled is None or settled.status != "completed":
        return None
    return altered(
        view,
        status="completed",
        outcome=settled.outcome,
        settled=None,
        error=None,
        progress=altered(view.progress, message=Message("task.replay_failed"), percent=100, eta_seconds=0),
    )


def _result(view: View, event: TaskCompleted) -> dict[str, Any]:
    """What the kind says, beside the counts under the names that results have (``inserted`` = created)."""
    counts = view.counts
    return {
        **event.result,
        "total": counts.total,
        "rows_total": counts.total,
        "inserted": counts.created,
        "updated": counts.updated,
        "unchanged": counts.unchanged,
        "duplicate": counts.duplicate,
        "rejected": counts.rejected,
        "retracted": counts.retracted,
        "skipped": counts.skipped,
        "notes": list(view.current.notes),
        **({"since": view.params["date_from"]} if view.params.get("incremental") else {}),
        **named_results(view.kind, counts),
    }
