"""Events of one task as they come off the log, a second apart."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import reduce
from uuid import UUID, uuid5

from domain.identity import batch_event_id, event_id
from events.base import Event
from events.cloudevents import Envelope
from events.records import Counts, ErrorInfo
from events.tasks import (
    TaskBatchImported,
    TaskCancelled,
    TaskCompleted,
    TaskFailed,
    TaskSourceRead,
    TaskStarted,
    TaskSubmitted,
)
from projections.position import Position
from projections.task import apply
from projections.view import View

BEGIN = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
TASK = "01990000-0000-7000-8000-000000000001"
USER = "01990000-0000-7000-8000-00000000000a"
ERROR = ErrorInfo(code="onec_away", fingerprint="f00d", retryable=True)

submitted = TaskSubmitted(kind="bank_transactions", params={"auto_classify": True})
started = TaskStarted(seq=1, attempt=1, worker="conductor")


def batch(number: int, rows: int = 100, *, attempt: int = 1, rejected: int = 0) -> TaskBatchImported:
    return TaskBatchImported(
        attempt=attempt,
        batch_no=number,
        rows=rows,
        created=rows - rejected,
        rejected=rejected,
        elapsed_ms=5,
        worker="importer-1",
    )


def source_read(rows: int, batches: int, *, attempt: int = 1, skipped: int = 0) -> TaskSourceRead:
    return TaskSourceRead(attempt=attempt, rows=rows, batches=batches, skipped=skipped)


def completed(created: int, *, seq: int = 2, attempt: int = 1, rejected: int = 0) -> TaskCompleted:
    return TaskCompleted(
        seq=seq,
        attempt=attempt,
        totals=Counts(created=created, rejected=rejected),
        outcome="partial" if rejected else "clean",
    )


def failed(*, seq: int = 2, attempt: int = 1, left: int = 0) -> TaskFailed:
    return TaskFailed(seq=seq, attempt=attempt, error=ERROR, totals=Counts(created=left))


def cancelled(*, seq: int = 2, attempt: int = 1, left: int = 0) -> TaskCancelled:
    return TaskCancelled(seq=seq, attempt=attempt, totals=Counts(created=left))


def envelope(
    event: Event,
    *,
    task_id: str = TASK,
    second: float = 0,
    cause: str | None = None,
    actor: str = f"user:{USER}",
) -> Envelope:
    """The event as published: ids repeat where the real ones do."""
    match event:
        case TaskBatchImported():
            identity = batch_event_id(task_id, event.attempt, event.batch_no)
        case _ if (seq := getattr(event, "seq", None)) is not None:
            identity = event_id(task_id, seq)
        case _:
            identity = str(uuid5(UUID(task_id), f"{event.type}/{second}"))
    return Envelope(
        id=identity,
        time=BEGIN + timedelta(seconds=second),
        subject=task_id,
        actor=actor,
        correlation_id=task_id,
        causation_id=cause,
        source="/tidemark/test",
        event=event,
    )


def seen(events: Iterable[Event], view: View | None = None, begin: int = 0) -> View | None:
    """What people see after these events, one a second, at offsets from ``begin``."""

    def step(view: View | None, numbered: tuple[int, Event]) -> View | None:
        number, event = numbered
        return apply(view, envelope(event, second=number), Position(3, number))

    return reduce(step, enumerate(events, begin), view)


def view_of(*events: Event) -> View:
    """As ``seen``, where there is something to see."""
    view = seen(events)
    assert view is not None
    return view
