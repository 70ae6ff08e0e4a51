"""How a task, the list and the counters stood at an earlier moment: the projection's own fold, up to there.

A task is made from its last snapshot before the moment and the events after it, 100 at most. Who was
in the list ``there`` finds; the counters add up days, minutes, and the changes of one minute.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from events.cloudevents import UnreadableEvent, decode
from events.tasks import TaskBatchImported
from projections.fold import BatchKey, Known, Read, steps
from projections.history import bucket
from projections.position import BadPosition, Position
from projections.queries import paging
from projections.queries.task_filter import TaskFilter
from projections.queries.tasks import TaskRow, key, rows_of, unchanged
from projections.queries.there import there
from projections.record import record_of
from projections.rows import view_of
from projections.store import SNAPSHOT_EVERY
from projections.view import STATUSES, View

Moment = datetime | Position

_SNAPSHOTS = """
SELECT s.task_id::text AS id, s."offset", s.task, s.attempts FROM unnest(CAST(:ids AS uuid[])) w (id)
CROSS JOIN LATERAL (
    SELECT * FROM task_snapshot WHERE task_id = w.id
    AND (CAST(:at AS timestamptz) IS NULL OR at <= :at)
    AND (CAST(:last AS bigint) IS NULL OR "offset" <= :last)
    ORDER BY "offset" DESC LIMIT 1
) s
"""
_EVENTS = """
SELECT e.* FROM unnest(CAST(:ids AS uuid[]), CAST(:after AS bigint[])) w (id, after) CROSS JOIN LATERAL (
    SELECT partition, "offset", task_id, id, type, time, actor, correlation_id, causation_id, source, value,
           kind
    FROM task_event WHERE task_id = w.id AND "offset" > w.after AND NOT repeated
    AND (CAST(:last AS bigint) IS NULL OR "offset" <= :last) ORDER BY "offset" LIMIT :most
) e
"""
_COUNTS = """
SELECT status, sum(n)::bigint FROM (
    SELECT status, n FROM task_count_change WHERE grain = 'day' AND bucket < :day
    UNION ALL
    SELECT status, n FROM task_count_change WHERE grain = 'minute' AND bucket >= :day AND bucket < :minute
    UNION ALL
    SELECT status, 1 FROM task_standing
    WHERE at BETWEEN :minute AND :at AND status IS NOT NULL AND status IS DISTINCT FROM before
    UNION ALL
    SELECT before, -1 FROM task_standing
    WHERE at BETWEEN :minute AND :at AND before IS NOT NULL AND status IS DISTINCT FROM before
) moved GROUP BY status
"""


async def one(connection: AsyncConnection, task_id: UUID, moment: Moment) -> TaskRow | None:
    """The task as it was shown then; None = it was not there yet, or not any more. Raises BadPosition for a
    position in another partition than the task's."""
    views = await _views(connection, [str(task_id)], moment)
    view = views.get(str(task_id))
    return None if view is None else (await rows_of(connection, [view]))[0]


async def listed(
    connection: AsyncConnection, wanted: TaskFilter, at: datetime, cursor: str | None = None, limit: int = 50
) -> paging.Page:
    """A page of the tasks that were in the list then, as they were, newest first. Raises BadCursor."""
    found = await there(connection, wanted, at, partial(counts, connection, at), cursor, limit)
    rows = {row.task["id"]: row for row in await unchanged(connection, found, at)}
    views = await _views(connection, [task_id for task_id in found if task_id not in rows], at)
    rows |= {row.task["id"]: row for row in await rows_of(connection, list(views.values()))}
    return paging.page([rows[task_id] for task_id in found if task_id in rows], limit, key)


async def counts(connection: AsyncConnection, at: datetime) -> dict[str, int]:
    """Tasks by status then."""
    parameters = {"at": at, "day": bucket(at, "day"), "minute": bucket(at, "minute")}
    known = {status: int(n) for status, n in await connection.execute(text(_COUNTS), parameters)}
    return {status: known.get(status, 0) for status in STATUSES}


async def moment_of(connection: AsyncConnection, position: Position) -> datetime | None:
    """When the event at a position was seen; None where there is none."""
    found: datetime | None = await connection.scalar(
        text(
            "SELECT max(time) FROM task_event e WHERE task_id = (SELECT task_id FROM task_event"
            ' WHERE partition = :partition AND "offset" = :offset) AND "offset" <= :offset AND NOT repeated'
        ),
        position._asdict(),
    )
    return found


async def _views(connection: AsyncConnection, ids: list[str], moment: Moment) -> dict[str, View]:
    """Of each task the view then, in the order of ``ids``; who was not there is left out."""
    at = moment if isinstance(moment, datetime) else None
    last = moment.offset if isinstance(moment, Position) else None
    bounds = {"ids": ids, "at": at, "last": last}
    begun: dict[str, tuple[int, View]] = {
        row["id"]: (row["offset"], view_of(row["task"], row["attempts"]))
        for row in (await connection.execute(text(_SNAPSHOTS), bounds)).mappings()
    }
    after = [begun[task_id][0] if task_id in begun else -1 for task_id in ids]
    wanted = {"ids": ids, "after": after, "last": last, "most": SNAPSHOT_EVERY}
    reads: dict[str, list[Read]] = {task_id: [] for task_id in ids}
    for row in (await connection.execute(text(_EVENTS), wanted)).mappings():
        if isinstance(moment, Position) and row["partition"] != moment.partition:
            raise BadPosition(str(moment))
        if (read := _read(row)) is not None:
            reads[read.envelope.subject].append(read)
    views = {
        task_id: folded(reads[task_id], begun[task_id][1] if task_id in begun else None, at)
        for task_id in ids
    }
    return {task_id: view for task_id, view in views.items() if view is not None}


def folded(reads: Iterable[Read], view: View | None, at: datetime | None) -> View | None:
    """The view after the events of one task that were seen until ``at`` (None = all of them)."""
    reads = list(reads)
    begun: Mapping[str, View] = {} if view is None else {view.id: view}
    for step in steps(reads, Known(begun, _batches(reads))):
        if at is not None and step.at > at:
            break
        view = step.after
    return view


def _batches(reads: Iterable[Read]) -> set[BatchKey]:
    """All are new: repeats are marked in the trail and not among them."""
    return {
        (read.envelope.subject, read.envelope.event.attempt, read.envelope.event.batch_no)
        for read in reads
        if isinstance(read.envelope.event, TaskBatchImported)
    }


def _read(row: RowMapping) -> Read | None:
    record = record_of(dict[str, Any](row))
    try:
        return Read(record.position, decode(*record.message()))
    except UnreadableEvent:
        # Set aside by the projection as well: it changed nothing.
        return None
