"""The seams between workers, kinds and sources. A worker knows these, never a kind by name."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from events.records import ControlTotal, Counts
from domain.errors import Rejected

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """What a worker needs to know of a task: from ``task.submitted.v1`` and the attempt it runs."""

    task_id: str
    attempt: int
    kind: str
    params: Mapping[str, Any]
    source: Mapping[str, Any]
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Survey:
    """What is known before the first row: how many there will be (None = unknown), and the context
    that every batch of this source carries (own accounts, say)."""

    rows: int | None
    context: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Page:
    """Consecutive source rows. ``ordinals`` maps a row number (1-based in the source) to how many
    identical rows came before it; only repeats are listed. ``skipped`` source rows are none of ``rows``."""

    rows: list[Row]
    ordinals: dict[int, int] = field(default_factory=dict)
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class AccountTotals:
    """A control total with the account's number, which stays out of the log."""

    account: str
    total: ControlTotal


@dataclass(frozen=True, slots=True)
class Summary:
    """What is known after the last row. ``rows`` counts all, skipped ones included. ``notes`` are codes
    of things a reader of the result must know (``onec_allowed_only``, say)."""

    rows: int
    skipped: int = 0
    totals: tuple[AccountTotals, ...] = ()
    notes: tuple[str, ...] = ()


class Source(Protocol):
    """Where rows come from. Reading twice gives the same rows in the same order."""

    async def survey(self) -> Survey:
        """Refuse what cannot be read (``Fatal``) before anything is published."""
        ...

    def pages(self) -> AsyncIterator[Page]:
        """All rows from the first, in pages of a bounded size."""
        ...

    def summary(self) -> Summary:
        """Valid when ``pages`` has ended."""
        ...


@dataclass(frozen=True, slots=True)
class Batch:
    """A recorded batch as a kind sees it; row ``i`` is source row ``first_row + i``."""

    task: TaskSpec
    batch_no: int
    first_row: int
    rows: list[Row]
    ordinals: Mapping[int, int]
    context: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row of a batch that was not used, and why."""

    row_no: int
    raw: Row
    error: Rejected


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What became of a batch: ``counts.total`` equals its rows."""

    counts: Counts
    rejects: tuple[RejectedRow, ...] = ()
