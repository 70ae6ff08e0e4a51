"""One polled set, one PostgreSQL transaction: rows and offsets, or nothing.

Two round trips and a commit, however many events: everything goes down the wire as a pipeline.
"""

import logging
from collections.abc import Sequence
from typing import Any

import orjson
import psycopg
from psycopg.types.json import set_json_loads

from projections import rows, statements
from projections.fold import Changes, Known, batch_rows, fold, reject_rows
from projections.polled import Place, PolledSet
from projections.position import vector_text
from projections.processes import hour_rows, hours
from projections.record import Head, chained, row_of
from projections.repeats import repeated
from projections.view import View

log = logging.getLogger(__name__)

CHANNEL = "tidemark_tasks"
SNAPSHOT_EVERY = 100
Connection = psycopg.AsyncConnection[Any]


class Displaced(Exception):
    """Another process has applied these partitions meanwhile: the stored offset is not ours."""


async def apply_set(connection: Connection, polled: PolledSet, channel: str | None = CHANNEL) -> None:
    """Write a set and its offsets; raises Displaced, and then nothing was written.

    After the commit a NOTIFY names the new positions of ``tasks`` (``channel`` None = nobody listens).
    """
    try:
        views, heads, purged, fresh = await _before(connection, polled)
        again = await repeated(connection, polled.tasks)
        trail = list(chained(polled.trail, heads))
        marked = {record.position for record, head in trail if head.number % SNAPSHOT_EVERY == 0}
        changes = fold(polled.tasks, Known(views, fresh, purged, again, marked))
        events = [row_of(record, head, record.position in changes.repeated) for record, head in trail]
        await _write(connection, polled, changes, events, channel)
        await connection.commit()
    except BaseException:
        if not connection.closed:
            await connection.rollback()
        raise


async def _before(
    connection: Connection, polled: PolledSet
) -> tuple[dict[str, View], dict[str, Head], set[str], set[tuple[str, int, int]]]:
    topics, partitions = _places(polled.before)
    ids = list({record.task_id for record in polled.trail})
    batches = batch_rows(polled.tasks)
    locked, fresh, tasks, attempts, found, purged = (_cursor(connection) for _ in range(6))
    async with connection.pipeline():
        await locked.execute(statements.LOCK_OFFSETS, [topics, partitions])
        if batches:
            await fresh.execute(statements.ADD_BATCHES, [rows.document(batches)])
        await tasks.execute(statements.READ_TASKS, [ids])
        await attempts.execute(statements.READ_ATTEMPTS, [ids])
        await found.execute(statements.READ_HEADS, [ids])
        await purged.execute(statements.READ_PURGED, [ids])
    stored = {(topic, partition): offset for topic, partition, offset in await locked.fetchall()}
    if stored != polled.before:
        raise Displaced(f"expected {polled.before}, found {stored}")
    views = _views([row for (row,) in await tasks.fetchall()], [row for (row,) in await attempts.fetchall()])
    new = {(task_id, attempt, no) for task_id, attempt, no in await fresh.fetchall()} if batches else set()
    heads = {task_id: Head(number, head, kind) for task_id, number, head, kind in await found.fetchall()}
    return views, heads, {task_id for (task_id,) in await purged.fetchall()}, new


async def _write(
    connection: Connection, polled: PolledSet, changes: Changes, events: list[rows.Row], channel: str | None
) -> None:
    rejects, corrections = reject_rows(polled.rejects)
    written: Sequence[tuple[str, list[rows.Row]]] = (
        (statements.WRITE_TASKS, changes.tasks),
        (statements.WRITE_ATTEMPTS, changes.attempts),
        (statements.WRITE_EVENTS, events),
        (statements.WRITE_PROCESS_HOURS, hour_rows(hours(polled.trail))),
        (statements.CLOSE_STATES, changes.history.closing),
        (statements.WRITE_STATES, changes.history.states),
        (statements.WRITE_COUNT_CHANGES, changes.history.count_changes()),
        (statements.WRITE_SNAPSHOTS, changes.snapshots),
        (statements.WRITE_COUNTS, changes.counts),
        (statements.WRITE_PURGED, changes.purged),
        (statements.WRITE_UNREADABLE, polled.unreadable),
        (statements.WRITE_REJECTS, rejects),
        (statements.WRITE_CORRECTIONS, corrections),
    )
    async with connection.pipeline():
        for statement, found in written:
            if found:
                await connection.execute(statement, [rows.document(found)])
        if changes.purged:
            gone = {"tasks": [row["id"] for row in changes.purged]}
            for statement in statements.PURGE:
                await connection.execute(statement, gone)
        topics, partitions = _places(polled.after)
        await connection.execute(
            statements.WRITE_OFFSETS, [topics, partitions, [polled.after[p] for p in sorted(polled.after)]]
        )
        if channel and polled.tasks:
            moved = {read.position.partition: read.position.offset for read in polled.tasks}
            await connection.execute(statements.NOTIFY, [channel, vector_text(moved)])


def _places(by_place: dict[Place, int]) -> tuple[list[str], list[int]]:
    places = sorted(by_place)
    return [topic for topic, _ in places], [partition for _, partition in places]


def _cursor(connection: Connection) -> psycopg.AsyncCursor[Any]:
    cursor = connection.cursor()
    set_json_loads(orjson.loads, cursor)
    return cursor


def _views(tasks: list[rows.Row], attempts: list[rows.Row]) -> dict[str, View]:
    by_task: dict[str, list[rows.Row]] = {}
    for row in attempts:
        by_task.setdefault(row["task_id"], []).append(row)
    return {row["id"]: rows.view_of(row, by_task.get(row["id"], [])) for row in tasks}
