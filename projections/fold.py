"""What a polled set of events changes, computed without touching the world."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from events.cloudevents import Envelope
from events.rows import RowCorrected, RowRejected
from events.tasks import TaskBatchImported
from projections import history, rows
from projections.history import History
from projections.position import Position
from projections.rows import Row
from projections.task import apply
from projections.view import View

BatchKey = tuple[str, int, int]


class Read(NamedTuple):
    """One event with where it stands in its topic."""

    position: Position
    envelope: Envelope


@dataclass(slots=True)
class Changes:
    """Rows to be written, by table."""

    tasks: list[Row] = field(default_factory=list)
    attempts: list[Row] = field(default_factory=list)
    counts: list[Row] = field(default_factory=list)
    purged: list[Row] = field(default_factory=list)
    snapshots: list[Row] = field(default_factory=list)
    history: History = field(default_factory=History)
    repeated: set[Position] = field(default_factory=set)


class Known(NamedTuple):
    """What was there before a set. ``fresh`` are its batches that were not, ``again`` is where it repeats
    what people have said; after ``marked`` events the whole view is kept."""

    views: Mapping[str, View]
    fresh: Set[BatchKey]
    purged: Set[str] = frozenset()
    again: Set[Position] = frozenset()
    marked: Set[Position] = frozenset()


class Folded(NamedTuple):
    """What a set changes but for the rows of tasks, which ``after`` says: the last view of each."""

    changes: Changes
    after: dict[str, View | None]


def batch_rows(reads: Iterable[Read]) -> list[Row]:
    """The rows of ``batch`` in a set, of repeats the first; which of them are new only the table knows."""
    found: dict[BatchKey, Row] = {}
    for read in reads:
        event = read.envelope.event
        if type(event) is TaskBatchImported:
            key = (read.envelope.subject, event.attempt, event.batch_no)
            found.setdefault(key, rows.batch_row(read.envelope, event, read.position))
    return list(found.values())


class Step(NamedTuple):
    """One event, and what people see of its task before and after it; the same object = nothing changed."""

    read: Read
    before: View | None
    after: View | None

    @property
    def at(self) -> datetime:
        """When it was seen: no earlier than anything before it, whatever the clock of its writer said."""
        if self.after is not None:
            return self.after.seen_at
        time = self.read.envelope.time
        return time if self.before is None else max(self.before.seen_at, time)


def steps(reads: Iterable[Read], known: Known) -> Iterator[Step]:
    """Apply events in the order of the log."""
    now, gone, fresh = dict[str, View | None](known.views), set(known.purged), set(known.fresh)
    for read in reads:
        task_id, event = read.envelope.subject, read.envelope.event
        before = now.get(task_id)
        after = None if task_id in gone else apply(before, read.envelope, read.position)
        if type(event) is TaskBatchImported and after is not None:
            key = (task_id, event.attempt, event.batch_no)
            after = after if key in fresh else before
            fresh.discard(key)
        if before is not None and read.position in known.again:
            after = before
        if before is not None and after is None:
            gone.add(task_id)
        now[task_id] = after
        yield Step(read, before, after)


def fold(reads: Iterable[Read], known: Known) -> Changes:
    """What a set changes."""
    changes, after = folded(reads, known)
    _write(changes, known.views, after)
    return changes


def folded(reads: Iterable[Read], known: Known) -> Folded:
    """The same, with the tasks as they stand in the end instead of their rows."""
    changes, after = Changes(), dict[str, View | None](known.views)
    for step in steps(reads, known):
        if step.read.position in known.marked and step.after is not None:
            changes.snapshots.append(rows.snapshot_row(step.read.position, step.after))
        if step.before is step.after:
            if step.before is not None:
                changes.repeated.add(step.read.position)
            continue
        if step.after is None:
            changes.purged.append(_purged(step.read))
        after[step.read.envelope.subject] = step.after
        history.note(changes.history, step.read.position, step.at, step.before, step.after)
    return Folded(changes, after)


def _purged(read: Read) -> Row:
    return {
        "id": read.envelope.subject,
        "partition": read.position.partition,
        "offset": read.position.offset,
        "purged_at": read.envelope.time,
        "purged_by": read.envelope.actor,
    }


def _write(changes: Changes, before: Mapping[str, View], after: Mapping[str, View | None]) -> None:
    """Add the rows of tasks, attempts and counters."""
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
