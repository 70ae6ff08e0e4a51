"""How an attempt begins and moves on."""

from collections.abc import Callable
from dataclasses import replace

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


def with_attempt(view: View, number: int, envelope: Envelope, change: Callable[[Attempt], Attempt]) -> View:
    """The view with one attempt changed; an attempt nobody announced begins here."""
    attempt = view.attempts.get(number) or Attempt(number, envelope.time)
    return altered(view, attempts={**view.attempts, number: change(attempt)})


def started(view: View, event: TaskStarted, envelope: Envelope) -> View:
    def begin(attempt: Attempt) -> Attempt:
        return replace(
            attempt,
            status="running",
            tries=event.tries,
            worker=event.worker,
            version=event.version,
            started_at=attempt.started_at or envelope.time,
        )

    view = with_attempt(view, event.attempt, envelope, begin)
    return replace(
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
    view = with_attempt(view, event.attempt, envelope, lambda a: replace(a, error=event.error))
    message = Message("task.retrying", {"tries": event.tries, "limit": event.limit})
    return replace(
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
    return replace(view, progress=Progress(Message(UNDOING), since=envelope.time))


def batch_imported(view: View, event: TaskBatchImported, envelope: Envelope) -> View:
    def add(attempt: Attempt) -> Attempt:
        before = attempt.before + event.before if event.before else attempt.before
        return altered(attempt, batched=attempt.batched + event.counts, before=before)

    view = with_attempt(view, event.attempt, envelope, add)
    return _moved(view, envelope, "task.importing") if event.attempt == view.attempt else view


def source_read(view: View, event: TaskSourceRead, envelope: Envelope) -> View:
    view = with_attempt(
        view,
        event.attempt,
        envelope,
        lambda a: replace(
            a,
            rows=event.rows,
            batches=event.batches,
            skipped=event.skipped,
            controls=event.controls,
            notes=event.notes,
        ),
    )
    return _moved(view, envelope, "task.importing") if event.attempt == view.attempt else view


def _moved(view: View, envelope: Envelope, code: str) -> View:
    if view.status in ENDED:
        return view
    done, total = view.current.counts.total, view.current.rows
    known = total if total is not None else view.progress.total
    args = {"processed": done} | ({} if known is None else {"total": known})
    keep = view.progress.message.code in {"task.retrying", "task.cancelling"}
    message = view.progress.message if keep else Message(code, args)
    return altered(view, progress=progress.advanced(view.progress, done, total, envelope.time, message))


def replayed(view: View, event: TaskRequestAccepted, envelope: Envelope) -> View:
    """A further attempt waits; what it does not do again keeps its verdicts."""
    settled = Settled(view.status, view.outcome) if view.status in ENDED else view.settled
    origin = event.attempt if reads_anew(event.scope, event.input) else view.current.origin
    waiting = Attempt(event.attempt, envelope.time, scope=event.scope, input=event.input, origin=origin)
    return replace(
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
