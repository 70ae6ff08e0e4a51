"""How an attempt begins and moves on."""

from collections.abc import Callable

from domain.work import reads_anew
from events.cloudevents import Envelope
from events.tasks import (
    TaskBatchImported,
    TaskProgressed,
    TaskRequestAccepted,
    TaskRetryScheduled,
    TaskSourceRead,
    TaskStarted,
)
from projections import progress
from projections.altering import altered
from projections.view import ENDED, Attempt, Message, Progress, Retry, Settled, View

UNDOING = "task.undoing"
# Batches that come in do not hide what these say.
_KEPT = frozenset({"task.retrying", "task.cancelling"})


def with_attempt(view: View, number: int, envelope: Envelope, change: Callable[[Attempt], Attempt]) -> View:
    """The view with one attempt changed; an attempt nobody announced begins here."""
    attempt = view.attempts.get(number) or Attempt(number, envelope.time)
    return altered(view, attempts={**view.attempts, number: change(attempt)})


def started(view: View, event: TaskStarted, envelope: Envelope) -> View:
    def begin(attempt: Attempt) -> Attempt:
        return altered(
            attempt,
            status="running",
            tries=event.tries,
            worker=event.worker,
            version=event.version,
            started_at=attempt.started_at or envelope.time,
        )

    view = with_attempt(view, event.attempt, envelope, begin)
    return altered(
        view,
        attempt=event.attempt,
        status="running",
        started_at=view.started_at or envelope.time,
        retry=None,
        error=None,
        progress=progress.restarted(view.progress, envelope.time, Message("task.started")),
    )


def retry_scheduled(view: View, event: TaskRetryScheduled, envelope: Envelope) -> View:
    """A try failed; the next one has a time, and batches already cut go on meanwhile."""
    view = with_attempt(view, event.attempt, envelope, lambda a: altered(a, error=event.error))
    message = Message("task.retrying", {"tries": event.tries, "limit": event.limit})
    return altered(
        view,
        error=event.error,
        retry=Retry(event.at, event.tries, event.limit),
        progress=progress.paused(view.progress, message),
    )


def progressed(view: View, event: TaskProgressed, envelope: Envelope) -> View:
    if event.attempt != view.attempt or (view.status in ENDED and not _undoing(view, event)):
        return view
    args = {"processed": event.processed} | ({} if event.total is None else {"total": event.total})
    message = Message(event.message, args)
    moved = progress.advanced(view.progress, event.processed, event.total, envelope.time, message)
    return altered(view, progress=moved)


def _undoing(view: View, event: TaskProgressed) -> bool:
    """A task that is being undone shows as it had ended; its bar moves again all the same."""
    return event.message == view.progress.message.code == UNDOING


def undoing(view: View, envelope: Envelope) -> View:
    """Its rows are being given back; how many there are is not known yet."""
    return altered(view, progress=Progress(Message(UNDOING), since=envelope.time))


def batch_imported(view: View, event: TaskBatchImported, envelope: Envelope) -> View:
    attempt = view.attempts.get(event.attempt) or Attempt(event.attempt, envelope.time)
    before = attempt.before.plus(event.before) if event.before else attempt.before
    attempt = altered(attempt, batched=attempt.batched.plus(event), before=before)
    return _moved(view, attempt, envelope)


def source_read(view: View, event: TaskSourceRead, envelope: Envelope) -> View:
    attempt = altered(
        view.attempts.get(event.attempt) or Attempt(event.attempt, envelope.time),
        rows=event.rows,
        batches=event.batches,
        skipped=event.skipped,
        controls=event.controls,
        notes=event.notes,
    )
    return _moved(view, attempt, envelope)


def _moved(view: View, attempt: Attempt, envelope: Envelope) -> View:
    """The view with ``attempt`` in it, and its bar where that is the current one."""
    attempts = {**view.attempts, attempt.number: attempt}
    if attempt.number != view.attempt or view.status in ENDED:
        return altered(view, attempts=attempts)
    done, total, bar = attempt.done, attempt.rows, view.progress
    known = total if total is not None else bar.total
    message = bar.message
    if message.code not in _KEPT:
        message = Message(
            "task.importing", {"processed": done} if known is None else {"processed": done, "total": known}
        )
    moved = progress.advanced(bar, done, total, envelope.time, message)
    return altered(view, attempts=attempts, progress=moved)


def replayed(view: View, event: TaskRequestAccepted, envelope: Envelope) -> View:
    """A further attempt waits; what it does not do again keeps its verdicts."""
    settled = Settled(view.status, view.outcome) if view.status in ENDED else view.settled
    origin = event.attempt if reads_anew(event.scope, event.input) else view.current.origin
    waiting = Attempt(event.attempt, envelope.time, scope=event.scope, input=event.input, origin=origin)
    return altered(
        view,
        attempt=event.attempt,
        attempts={**view.attempts, event.attempt: waiting},
        status="pending",
        outcome=None,
        settled=settled,
        retry=None,
        finished_at=None,
        progress=Progress(Message("task.waiting")),
    )
