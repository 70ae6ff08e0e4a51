"""What a polled set of events changes, computed without touching the world."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from events.cloudevents import Envelope
from events.rows import RowCorrected, RowRejected
from events.tasks import TaskBatchImported
from projections import rows
from projections.position import Position
from projections.rows import Row
from projections.task import apply
from projections.view import View

BatchKey = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Read:
    """One event with where it stands in its topic."""

    position: Position
    envelope: Envelope


@dataclass(slots=True)
class Changes:
    """Rows to be written, by table."""

    tasks: list[Row] = field(default_factory=list)
    attempts: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    counts: list[Row] = field(default_factory=list)
    purged: list[Row] = field(default_factory=list)


def batch_rows(reads: Iterable[Read]) -> list[Row]:
    """The rows of ``batch`` in a set, of repeats the first; which of them are new only the table knows."""
    found: dict[BatchKey, Row] = {}
    for read in reads:
        event = read.envelope.event
        if isinstance(event, TaskBatchImported):
            key = (read.envelope.subject, event.attempt, event.batch_no)
            found.setdefault(key, rows.batch_row(read.envelope, event, read.position))
    return list(found.values())


def fold(reads: Iterable[Read], views: Mapping[str, View], purged: set[str], fresh: set[BatchKey]) -> Changes:
    """Apply a set in the order of the log. ``fresh`` are the batches that were not there before."""
    changes, after, fresh = Changes(), dict[str, View | None](views), set(fresh)
    for read in reads:
        task_id, event = read.envelope.subject, read.envelope.event
        if isinstance(event, TaskBatchImported):
            key = (task_id, event.attempt, event.batch_no)
            if key not in fresh or task_id in purged:
                continue
            fresh.discard(key)
        before = after.get(task_id)
        view = None if task_id in purged else apply(before, read.envelope, read.position)
        if before is not None and view is before:
            continue
        if before is not None and view is None:
            purged = purged | {task_id}
            changes.purged.append(_purged(read))
        after[task_id] = view
        changes.events.append(rows.event_row(read.envelope, read.position))
    _write(changes, views, after)
    return changes


def _purged(read: Read) -> Row:
    return {
        "id": read.envelope.subject,
        "partition": read.position.partition,
        "offset": read.position.offset,
        "purged_at": read.envelope.time,
        "purged_by": read.envelope.actor,
    }


def _write(changes: Changes, before: Mapping[str, View], after: Mapping[str, View | None]) -> None:
    counts = Counter[tuple[int, str]]()
    for task_id, view in after.items():
        old = before.get(task_id)
        if view is old:
            continue
        if old is not None:
            counts[old.partition, old.status] -= 1
        if view is None:
            continue
        counts[view.partition, view.status] += 1
        changes.tasks.append(rows.task_row(view))
        known = old.attempts if old else {}
        changes.attempts += [
            rows.attempt_row(task_id, attempt)
            for number, attempt in view.attempts.items()
            if attempt != known.get(number)
        ]
    changes.counts += [
        {"partition": partition, "status": status, "n": n} for (partition, status), n in counts.items() if n
    ]


def reject_rows(reads: Iterable[Read]) -> tuple[list[Row], list[Row]]:
    """New rejects, of repeats the first; and the latest correction of each corrected row."""
    rejects: dict[tuple[str, int, int], Row] = {}
    corrections: dict[tuple[str, int, int], Row] = {}
    for read in reads:
        event = read.envelope.event
        if isinstance(event, RowRejected):
            key = (read.envelope.subject, event.attempt, event.row_no)
            rejects.setdefault(key, rows.reject_row(read.envelope, event, read.position))
        elif isinstance(event, RowCorrected):
            key = (read.envelope.subject, event.attempt, event.row_no)
            known = corrections.get(key)
            if known is None or known["corrected_at"] < read.envelope.time:
                corrections[key] = rows.correction_row(read.envelope, event)
    return list(rejects.values()), list(corrections.values())
