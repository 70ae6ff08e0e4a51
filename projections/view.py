"""What people see of a task: the task, its attempts, how far it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from events.records import VERDICTS, ControlTotal, Counts, ErrorInfo, Outcome, Priority
from events.tasks import Input, Scope
from projections.tally import NO_ROWS, Tally

Status = Literal["pending", "running", "completed", "failed", "cancelled"]
STATUSES: tuple[Status, ...] = ("pending", "running", "completed", "failed", "cancelled")
ENDED: frozenset[Status] = frozenset({"completed", "failed", "cancelled"})
Args = Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence as code and arguments; words are made in the language of who reads it."""

    code: str
    args: Args = field(default_factory=dict)


@dataclass(frozen=True)
class Progress:
    """How far the current attempt is. ``percent`` never goes back within an attempt and is 100 only
    when the task is completed. The rate counts from ``since``, when its current try began."""

    message: Message
    percent: int = 0
    processed: int = 0
    total: int | None = None
    rows_per_second: float | None = None
    eta_seconds: int | None = None
    since: datetime | None = None
    since_rows: int = 0


@dataclass(frozen=True, slots=True)
class Retry:
    """The next automatic try: when, and how many of how many were made (``limit`` 0 = for ever)."""

    at: datetime
    tries: int
    limit: int


@dataclass(frozen=True, slots=True)
class Settled:
    """How a task stood before its replay began: what a replay that fails gives back."""

    status: Status
    outcome: Outcome | None


@dataclass(frozen=True)
class Attempt:
    """One run over the source, or over a part of it. ``batched`` adds up the batches seen so far, ``before``
    what their rows counted as until then, ``totals`` is what the conductor said at the end. ``origin`` is the
    attempt whose reading of the source numbers the rows."""

    number: int
    queued_at: datetime
    status: Status = "pending"
    outcome: Outcome | None = None
    scope: Scope = "all"
    input: Input = "source"
    tries: int = 0
    worker: str | None = None
    rows: int | None = None
    batches: int | None = None
    skipped: int = 0
    batched: Tally = NO_ROWS
    before: Tally = NO_ROWS
    origin: int = 1
    version: str | None = None
    totals: Counts | None = None
    controls: tuple[ControlTotal, ...] = ()
    notes: tuple[str, ...] = ()
    error: ErrorInfo | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def counts(self) -> Counts:
        """Its rows by verdict: the larger of both sums, because a last batch may be told of after the end."""
        if self.totals is not None and self.totals.total >= self._seen:
            return self.totals
        seen = dict(self.batched.__dict__)
        seen["skipped"] += self.skipped
        return Counts(**seen)

    @property
    def done(self) -> int:
        """How many of its rows have a verdict: the total of ``counts``."""
        return self._seen if self.totals is None else max(self.totals.total, self._seen)

    @property
    def _seen(self) -> int:
        return self.batched.total + self.skipped


def latest(attempts: Sequence[Attempt]) -> Counts:
    """The latest verdicts over attempts of one origin: those of the first, changed by what the others said of
    the same rows. Rows in no batch are the source's, however often its end was read."""
    first, others = attempts[0], attempts[1:]
    sums = first.counts.model_dump()
    for other in others:
        for name in VERDICTS:
            sums[name] += getattr(other.batched, name) - getattr(other.before, name)
    sums["skipped"] += max([0, *(other.skipped - first.skipped for other in others)])
    return Counts(**{name: max(found, 0) for name, found in sums.items()})


@dataclass(frozen=True)
class View:
    """A task as it stands after the event at (``partition``, ``offset``).

    ``seen_at`` is the latest time of its events so far: it never goes back, whatever a clock does. ``seq``
    is the last lifecycle event in it, by which a repeat is recognised.
    """

    id: str
    partition: int
    offset: int
    kind: str
    priority: Priority
    dry_run: bool
    submitted_by: str
    correlation_id: str
    created_at: datetime
    seen_at: datetime
    params: Mapping[str, Any]
    source: Mapping[str, Any]
    progress: Progress
    attempts: Mapping[int, Attempt]
    attempt: int = 1
    seq: int = 0
    status: Status = "pending"
    outcome: Outcome | None = None
    result: Mapping[str, Any] | None = None
    error: ErrorInfo | None = None
    retry: Retry | None = None
    settled: Settled | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def current(self) -> Attempt:
        return self.attempts[self.attempt]

    @property
    def counts(self) -> Counts:
        """Each source row's latest verdict over all attempts.

        An attempt that reads the source anew numbers its rows anew: it takes the place of all before it while
        it runs and when it is complete; if it ends otherwise, only where it got further than they did.
        """
        if len(self.attempts) == 1:
            return self.current.counts
        found = Counts()
        for origin in sorted({attempt.origin for attempt in self.attempts.values()}):
            mine = [one for _, one in sorted(self.attempts.items()) if one.origin == origin]
            counts, states = latest(mine), {one.status for one in mine}
            if states & {"running", "completed"} or counts.total > found.total:
                found = counts
        return found

    @property
    def failure(self) -> str | None:
        """The fingerprint of what stands in the way now; a task that ran through has none."""
        return self.error.fingerprint if self.error else None
