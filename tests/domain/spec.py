"""``given(facts).when(command or fact).then(events)``: a test reads as a sentence of the specification."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.commands import Command
from domain.states import Absent, State
from domain.task import decide, evolve, step
from events.base import Event
from events.records import ControlTotal, Counts, ErrorInfo, Proof
from events.tasks import (
    Input,
    Scope,
    TaskBatchImported,
    TaskCancelled,
    TaskCompleted,
    TaskEvent,
    TaskFailed,
    TaskRequestAccepted,
    TaskRequestRefused,
    TaskRetryScheduled,
    TaskSourceRead,
    TaskStarted,
    TaskSubmitted,
    TaskUndone,
    TaskWorkFailed,
)

NOW = datetime(2025, 3, 3, 10, 41, 57, tzinfo=UTC)
DOWN = ErrorInfo(code="onec_unavailable", fingerprint="f1", retryable=True)
NO_DATABASE = ErrorInfo(code="database_unavailable", fingerprint="f2", retryable=True)
REFUSED = ErrorInfo(code="unsupported_format", fingerprint="f3")


@dataclass(frozen=True)
class Then:
    state: State
    events: list[TaskEvent]

    def then(self, *events: TaskEvent) -> State:
        assert self.events == list(events)
        return self.state

    def then_refused(self, request: str, reason: str) -> State:
        assert len(self.events) == 1, self.events
        (refusal,) = self.events
        assert isinstance(refusal, TaskRequestRefused)
        assert (refusal.request, refusal.reason) == (request, reason)
        return self.state


@dataclass(frozen=True)
class Given:
    state: State

    def when(self, what: Command | TaskEvent, at: datetime = NOW, left: Counts | None = None) -> Then:
        if isinstance(what, Event):
            state, events = step(self.state, what, at, left=left)
            return Then(state, events)
        events = decide(self.state, what, at, left)
        return Then(given(*events, state=self.state).state, events)


def given(*facts: TaskEvent, state: State | None = None) -> Given:
    state = state or Absent()
    for fact in facts:
        state = evolve(state, fact)
    return Given(state)


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def submitted(dry_run: bool = False) -> TaskSubmitted:
    return TaskSubmitted(kind="bank_transactions", dry_run=dry_run)


def started(seq: int = 1, attempt: int = 1, tries: int = 1) -> TaskStarted:
    return TaskStarted(seq=seq, attempt=attempt, tries=tries, worker="conductor")


def source_read(
    rows: int, batches: int, skipped: int = 0, attempt: int = 1, proof: Proof | None = "adds_up"
) -> TaskSourceRead:
    """``proof`` None: it tells no totals."""
    controls = () if proof is None else (ControlTotal(account_ref="a1", turnover=proof, closing="adds_up"),)
    return TaskSourceRead(attempt=attempt, rows=rows, batches=batches, skipped=skipped, controls=controls)


def batch(
    batch_no: int, created: int = 10, rejected: int = 0, attempt: int = 1, warned: int = 0
) -> TaskBatchImported:
    rows = created + rejected
    return TaskBatchImported(
        attempt=attempt,
        batch_no=batch_no,
        rows=rows,
        created=created,
        rejected=rejected,
        warned=warned,
        elapsed_ms=12,
        worker="importer-1",
    )


def work_failed(
    error: ErrorInfo, tries: int = 1, attempt: int = 1, batch_no: int | None = None
) -> TaskWorkFailed:
    return TaskWorkFailed(attempt=attempt, tries=tries, worker="reader", error=error, batch_no=batch_no)


def retry_scheduled(
    seq: int, tries: int, seconds: float, error: ErrorInfo = DOWN, limit: int = 5
) -> TaskRetryScheduled:
    return TaskRetryScheduled(seq=seq, attempt=1, tries=tries, limit=limit, at=after(seconds), error=error)


def completed(seq: int, created: int, rejected: int = 0, attempt: int = 1) -> TaskCompleted:
    totals = Counts(created=created, rejected=rejected)
    return TaskCompleted(seq=seq, attempt=attempt, totals=totals, outcome="partial" if rejected else "clean")


def failed(seq: int, error: ErrorInfo, attempt: int = 1, created: int = 0) -> TaskFailed:
    return TaskFailed(seq=seq, attempt=attempt, error=error, totals=Counts(created=created))


def cancelled(seq: int, attempt: int = 1, created: int = 0) -> TaskCancelled:
    return TaskCancelled(seq=seq, attempt=attempt, totals=Counts(created=created))


def accepted(
    seq: int, attempt: int = 2, scope: Scope = "all", source: Input = "recorded"
) -> TaskRequestAccepted:
    return TaskRequestAccepted(seq=seq, request="replay", attempt=attempt, scope=scope, input=source)


def undo_accepted(seq: int, attempt: int = 1, force: bool = False) -> TaskRequestAccepted:
    return TaskRequestAccepted(seq=seq, request="undo", attempt=attempt, force=force)


def undone(seq: int) -> TaskUndone:
    return TaskUndone(seq=seq, removed=20, restored=0, conflicts=0)
