"""One partition of topic ``tasks`` from its first event on, into tables that have nothing of it: all of it in
one transaction, each row written once.

The same decoding, chain and fold as the live projection; what that reads back from its tables is known here.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from events.tasks import TaskBatchImported
from projections import rows, statements
from projections.fold import BatchKey, Changes, Known, Read, folded
from projections.history import History
from projections.polled import Place, PolledSet
from projections.position import Position
from projections.processes import Hour, hour_rows, hours
from projections.rebuilding.copying import Copied, Gathered, copy
from projections.rebuilding.lines import BATCH_COLUMNS, batch_lines, event_lines, lines
from projections.rebuilding.told import Tasks, Told
from projections.record import chained
from projections.repeats import Said, repeats, said_by
from projections.rows import Row
from projections.store import SNAPSHOT_EVERY, Connection, Displaced

# Lines of so many tasks are one COPY in the end.
MOST_AT_ONCE = 5_000
# Tasks whose rows are made at once: they stay in the processor's cache until they are lines.
AT_ONCE = 200
_SNAPSHOT = 'task_id, "offset", at, task, attempts'
_PURGED = 'id, partition, "offset", purged_at, purged_by'
_UNREADABLE = 'topic, partition, "offset", reason, detail'


@dataclass(slots=True)
class Filling:
    """A partition so far."""

    tasks: Tasks
    moved: History = field(default_factory=History)
    statuses: Counter[str] = field(default_factory=Counter)
    purged: bool = False
    # What people have said, by which it is known when it comes twice.
    said: set[Said] = field(default_factory=set)
    hours: set[Hour] = field(default_factory=set)

    def apply(self, polled: PolledSet) -> list[Copied]:
        """Fold the next set; the rows that no later event will change."""
        told = self.tasks.these(dict.fromkeys(record.task_id for record in polled.trail))
        trail = list(chained(polled.trail, {task_id: one.head for task_id, one in told.items()}))
        for record, head in trail:
            told[record.task_id].head = head
        marked = {record.position for record, head in trail if head.number % SNAPSHOT_EVERY == 0}
        batches, fresh = _new_batches(polled.tasks, told)
        known = Known(
            {task_id: one.view for task_id, one in told.items() if one.view is not None},
            fresh,
            {task_id for task_id, one in told.items() if one.purged},
            self._again(polled.tasks),
            marked,
        )
        changes, after = folded(polled.tasks, known)
        for task_id, view in after.items():
            if task_id in told:
                told[task_id].view = view
        self._note_purged(changes, told)
        self.hours |= hours(polled.trail)
        return [
            Copied("task_event", statements.EVENT, event_lines(trail, changes.repeated)),
            Copied("batch", BATCH_COLUMNS, batch_lines(batches)),
            Copied("task_standing", statements.STATE, lines(self._closed(changes, told), statements.STATE)),
            Copied("task_snapshot", _SNAPSHOT, lines(changes.snapshots, _SNAPSHOT)),
            Copied("purged_task", _PURGED, lines(changes.purged, _PURGED)),
            Copied("unreadable", _UNREADABLE, lines(polled.unreadable, _UNREADABLE)),
        ]

    def _again(self, reads: Sequence[Read]) -> set[Position]:
        told = said_by(reads)
        fresh = {said for _, said in told}
        again = repeats(told, self.said & fresh)
        self.said |= fresh
        return again

    def _note_purged(self, changes: Changes, told: dict[str, Told]) -> None:
        for row in changes.purged:
            self.purged = True
            told[row["id"]].purged = True

    def _closed(self, changes: Changes, told: dict[str, Told]) -> list[Row]:
        """States that ended in this set; the last of each task waits for what follows it."""
        self.moved.moved.update(changes.history.moved)
        closed = []
        for row in changes.history.closing:
            earlier = told[row["task_id"]].state
            assert earlier is not None
            closed.append(earlier | {"until": row["at"]})
        for row in changes.history.states:
            if row["until"] is None:
                told[row["task_id"]].state = row
            else:
                closed.append(row)
        return closed

    def rest(self) -> Iterable[list[Copied]]:
        """Tasks as they stand in the end."""
        known = self.tasks.all()
        while some := list(islice(known, AT_ONCE)):
            views = [told.view for _, told in some if told.view is not None]
            attempts = [rows.attempt_row(view.id, one) for view in views for one in view.attempts.values()]
            self.statuses.update(view.status for view in views)
            states = [told.state for _, told in some if told.state is not None]
            yield [
                Copied("task", statements.TASK, lines(map(rows.task_row, views), statements.TASK)),
                Copied("attempt", statements.ATTEMPT, lines(attempts, statements.ATTEMPT)),
                Copied("task_standing", statements.STATE, lines(states, statements.STATE)),
            ]


def _new_batches(reads: Iterable[Read], told: dict[str, Told]) -> tuple[list[Read], set[BatchKey]]:
    """Those for their table and their keys, of repeats the first, as its primary key would have it."""
    found, fresh = list[Read](), set[BatchKey]()
    for read in reads:
        event, task_id = read.envelope.event, read.envelope.subject
        if type(event) is not TaskBatchImported:
            continue
        known, key = told[task_id], (event.attempt, event.batch_no)
        if known.purged or key in known.batches:
            continue
        known.batches.add(key)
        fresh.add((task_id, *key))
        found.append(read)
    return found, fresh


async def begin(connection: Connection, place: Place) -> None:
    """Nobody else fills the partition until the transaction ends; raises Displaced where somebody has."""
    topic, partition = place
    found = await connection.execute(statements.LOCK_OFFSETS, [[topic], [partition]])
    stored = [offset for _, _, offset in await found.fetchall()]
    if stored != [-1]:
        raise Displaced(f"expected {topic} {partition} without an event, found {stored}")


async def finish(connection: Connection, filling: Filling, place: Place, offset: int) -> None:
    """Tasks, counters and the offset; what of a purged task is no history goes."""
    topic, partition = place
    gathered = Gathered()
    for some in filling.rest():
        gathered.add(some, AT_ONCE)
        if gathered.events >= MOST_AT_ONCE:
            await copy(connection, gathered.taken())
    await copy(connection, gathered.taken())
    counts = [{"partition": partition, "status": status, "n": n} for status, n in filling.statuses.items()]
    await _write(connection, statements.WRITE_COUNT_CHANGES, filling.moved.count_changes())
    await _write(connection, statements.WRITE_COUNTS, counts)
    await _write(connection, statements.WRITE_PROCESS_HOURS, hour_rows(filling.hours))
    if filling.purged:
        await connection.execute(_NO_BATCHES_OF_PURGED, [partition])
    await connection.execute(statements.WRITE_OFFSETS, [[topic], [partition], [offset]])


async def _write(connection: Connection, statement: str, found: Sequence[Row]) -> None:
    if found:
        await connection.execute(statement, [rows.document(found)])


_NO_BATCHES_OF_PURGED = """
DELETE FROM batch b USING purged_task p WHERE p.id = b.task_id AND b.partition = %s
"""
