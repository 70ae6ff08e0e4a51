"""Events of topic ``tasks``: what an attempt has done, and how it ended."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from events.base import Event
from events.records import ControlTotal, Counts, ErrorInfo, Outcome


class TaskStarted(Event):
    """The attempt may be read now. ``tries`` counts automatic retries within it, from 1; ``version`` is the
    code's (None = said before it was kept)."""

    type: Literal["task.started.v1"] = "task.started.v1"
    later = frozenset({"version"})
    seq: int
    attempt: int
    tries: int = 1
    worker: str
    version: str | None = None


class TaskProgressed(Event):
    """A phase without batches moves on; ``total`` is known as soon as the source was surveyed."""

    type: Literal["task.progressed.v1"] = "task.progressed.v1"
    attempt: int
    processed: int = Field(ge=0)
    total: int | None = None
    message: str


class TaskSourceRead(Event):
    """The source was read to its end; from here it is known when the attempt is complete.

    ``skipped`` rows are part of ``rows`` but of no batch (folders, headings). Of an attempt over a part of
    the source ``rows`` and ``batches`` are that part's; where it has read on to the end, ``source_rows`` and
    ``source_batches`` are those of the whole.
    """

    type: Literal["task.source_read.v1"] = "task.source_read.v1"
    later = frozenset({"source_rows", "source_batches"})
    attempt: int
    rows: int = Field(ge=0)
    batches: int = Field(ge=0)
    skipped: int = Field(default=0, ge=0)
    controls: tuple[ControlTotal, ...] = ()
    notes: tuple[str, ...] = ()
    source_rows: int | None = Field(default=None, ge=0)
    source_batches: int | None = Field(default=None, ge=0)


class TaskBatchImported(Event):
    """One batch is in the database, once. Its id is uuid5 of attempt and batch number.

    ``warned`` rows look wrong in something and were used all the same; each has its verdict beside that.
    ``before`` says which verdicts the same rows had until then, by an earlier attempt (None = none).
    ``touched_closed`` rows are booked in the closed period and were written all the same (None = none).
    """

    type: Literal["task.batch_imported.v1"] = "task.batch_imported.v1"
    later = frozenset({"before", "touched_closed"})
    attempt: int
    batch_no: int = Field(ge=1)
    rows: int = Field(ge=0)
    created: int = Field(default=0, ge=0)
    updated: int = Field(default=0, ge=0)
    unchanged: int = Field(default=0, ge=0)
    duplicate: int = Field(default=0, ge=0)
    rejected: int = Field(default=0, ge=0)
    retracted: int = Field(default=0, ge=0)
    skipped: int = Field(default=0, ge=0)
    warned: int = Field(default=0, ge=0)
    elapsed_ms: int = Field(ge=0)
    worker: str
    before: Counts | None = None
    touched_closed: int | None = Field(default=None, ge=1)

    @property
    def counts(self) -> Counts:
        return Counts(
            created=self.created,
            updated=self.updated,
            unchanged=self.unchanged,
            duplicate=self.duplicate,
            rejected=self.rejected,
            retracted=self.retracted,
            skipped=self.skipped,
        )


class TaskWorkFailed(Event):
    """A reader or an importer could not go on with an attempt; the conductor decides what follows."""

    type: Literal["task.work_failed.v1"] = "task.work_failed.v1"
    attempt: int
    tries: int
    worker: str
    batch_no: int | None = None
    error: ErrorInfo


class TaskStalled(Event):
    """A worker's lease ran out and another took the work over."""

    type: Literal["task.stalled.v1"] = "task.stalled.v1"
    attempt: int
    worker: str
    successor: str


class TaskRetryScheduled(Event):
    """The attempt is tried again at ``at``; ``tries`` of ``limit`` have been used, 0 = for ever."""

    type: Literal["task.retry_scheduled.v1"] = "task.retry_scheduled.v1"
    seq: int
    attempt: int
    tries: int
    limit: int
    at: datetime
    error: ErrorInfo


class TaskCompleted(Event):
    """Everything that was read has a verdict, and the counts add up to the rows of the source."""

    type: Literal["task.completed.v1"] = "task.completed.v1"
    seq: int
    attempt: int
    totals: Counts
    outcome: Outcome
    result: dict[str, Any] = Field(default_factory=dict)


class TaskFailed(Event):
    """The attempt ended without success; ``totals`` are the rows it left behind."""

    type: Literal["task.failed.v1"] = "task.failed.v1"
    seq: int
    attempt: int
    error: ErrorInfo
    totals: Counts = Counts()


class TaskCancelled(Event):
    """No batch of the attempt commits after this; ``totals`` are the rows it left behind."""

    type: Literal["task.cancelled.v1"] = "task.cancelled.v1"
    seq: int
    attempt: int
    totals: Counts
