"""The seams between workers, kinds and sources. A worker knows these, never a kind by name."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import psycopg

from domain.closing import ClosedPeriod
from domain.errors import Rejected
from events.records import Counts
from jobs.formats.tables.fields import Layout
from jobs.params import ImportParams
from jobs.sourcing import (
    AccountTotals,
    Page,
    Row,
    Source,
    SourceTools,
    Summary,
    Survey,
    TotalsRefused,
)

__all__ = [
    "TOO_LARGE",
    "AccountTotals",
    "Batch",
    "BatchResult",
    "Kind",
    "Page",
    "RejectedRow",
    "Row",
    "RowVerdict",
    "Source",
    "SourceTools",
    "Summary",
    "Survey",
    "TaskSpec",
    "TotalsRefused",
    "Upload",
    "WarnedRow",
]

# In the place of a row that no message can carry, with its size in bytes: rejected as ``row_too_large``.
TOO_LARGE = "#row_too_large"


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """What a worker needs to know of a task: from ``task.submitted.v1`` and the attempt it runs.
    ``shadow_of``: the task whose input runs once more, into nothing (a dry run)."""

    task_id: str
    attempt: int
    kind: str
    params: Mapping[str, Any]
    source: Mapping[str, Any]
    dry_run: bool = False
    shadow_of: str | None = None

    @property
    def again(self) -> bool:
        """Whether rows may be there that the task itself has brought."""
        return self.attempt > 1 or self.shadow_of is not None

    @classmethod
    def of(cls, task_id: str, attempt: int, spec: Mapping[str, Any]) -> "TaskSpec":
        """``spec`` as the conductor keeps it."""
        return cls(task_id, attempt, spec["kind"], spec["params"], spec["source"], spec["dry_run"])

    @property
    def wants_verdicts(self) -> bool:
        """Of every row: in a dry run, and in a real run that is compared with one (``params.preview``)."""
        return self.dry_run or "preview" in self.params


@dataclass(frozen=True, slots=True)
class Batch:
    """A recorded batch as a kind sees it: ``numbered`` gives its rows with their numbers in the source.
    ``row_numbers`` is None where they are consecutive from ``first_row`` on. ``closed``: bookings that a kind
    which has such must not touch; ``override`` as the log names it, for kinds that ask others."""

    task: TaskSpec
    batch_no: int
    first_row: int
    rows: list[Row]
    ordinals: Mapping[int, int]
    context: Mapping[str, Any]
    row_numbers: Sequence[int] | None = None
    closed: ClosedPeriod | None = None
    override: str | None = None

    @property
    def numbers(self) -> Sequence[int]:
        """The number of each row in the source, in the order of the rows."""
        return self.row_numbers or range(self.first_row, self.first_row + len(self.rows))

    def numbered(self) -> Iterator[tuple[int, Row]]:
        """(row number, row), ascending."""
        return zip(self.numbers, self.rows, strict=True)


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row of a batch that was not used, and why."""

    row_no: int
    raw: Row
    error: Rejected


@dataclass(frozen=True, slots=True)
class WarnedRow:
    """A row that was used although something in it looks wrong: ``codes`` say what, for ``infra/words``;
    ``key`` and ``args`` are what a person finds it by (a name, its ИНН)."""

    row_no: int
    codes: Sequence[str]
    key: str = ""
    args: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RowVerdict:
    """What would become of a row (one of ``events.records.VERDICTS``), under which key of its kind's table
    (shown to a person: a number, a code, a name), and why, as code and arguments for ``infra/words``.
    ``identity`` and ``content`` are digests of the key and of all that would be written: where a source may
    have a key in two batches, a dry run tells its second row by them. ``changes``: of a shadow, by field,
    what stands there now and what would."""

    verdict: str
    key: str = ""
    code: str | None = None
    args: Mapping[str, Any] = field(default_factory=dict)
    identity: bytes | None = None
    content: bytes = b""
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What became of a batch: ``counts.total`` equals its rows. ``verdicts`` says it of every row, in their
    order; only where ``task.wants_verdicts``. ``warned`` rows are counted in one of the verdicts too, and so
    are ``touched_closed`` ones, which are booked in the closed period and were written all the same."""

    counts: Counts
    rejects: tuple[RejectedRow, ...] = ()
    verdicts: tuple[RowVerdict, ...] = ()
    warned: tuple[WarnedRow, ...] = ()
    touched_closed: int = 0


@dataclass(frozen=True, slots=True)
class Upload:
    """How files come to a kind: ``POST /imports/{url}``, which ``params`` it takes, and ``check``, which
    refuses another format by the first kilobyte (raises UnsupportedFormat). ``layout`` names the columns of
    a kind whose files are tables."""

    url: str
    params: type[ImportParams]
    check: Callable[[bytes], None]
    layout: Layout | None = None


class Kind(Protocol):
    """A task kind, in one file of ``jobs/kinds``: where its rows come from and what becomes of them.
    ``upload`` is None where no file can be uploaded for it."""

    @property
    def name(self) -> str: ...

    @property
    def upload(self) -> Upload | None: ...

    @property
    def in_order(self) -> bool:
        """Whether rows of one source may mean the same thing and a later one counts: then batches of a task
        are written one after the other, as the source has them. Otherwise all importers write at once."""
        ...

    def source(self, task: TaskSpec, tools: SourceTools) -> Source:
        """Where this task's rows come from; raises Fatal where the submission makes no sense."""
        ...

    async def write(self, connection: psycopg.AsyncConnection[Any], batch: Batch) -> BatchResult:
        """Write one batch within the transaction that is open on ``connection``.

        Called again for the same rows after a rollback; the same rows end the same way. Rows are
        written in key order, so that two batches never wait for each other in a circle.
        """
        ...
