"""Rows of a file into a table by their key, a batch at a time, and what became of each.

New rows go straight into the table by COPY (the common case of a first load); where one of them is there
already they go through one temp table per connection, which takes PostgreSQL half as long again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from typing import Any

import psycopg
from psycopg.errors import UniqueViolation

from events.records import Counts
from infra.copying import copy_columns
from jobs.base import Batch, BatchResult, RejectedRow, RowVerdict, TaskSpec
from jobs.kinds.images import images, with_changes
from jobs.kinds.upsert_sql import Said, Upsert
from jobs.verdicts import counted, digest, in_order

Values = Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Incoming:
    """Rows on their way in, by column: texts for COPY, None = the file does not say. ``shown`` is what a
    person knows a row by."""

    row_nos: Sequence[int]
    columns: Mapping[str, Values]
    shown: Sequence[str]

    def keys(self, of: Sequence[str]) -> list[tuple[str | None, ...]]:
        """Of every row."""
        return list(zip(*[self.columns[name] for name in of], strict=True))

    def only(self, places: Sequence[bool]) -> "Incoming":
        """Those rows that are wanted."""
        columns = {name: list(compress(values, places)) for name, values in self.columns.items()}
        return Incoming(list(compress(self.row_nos, places)), columns, list(compress(self.shown, places)))

    def said(self) -> Said:
        """Which columns the rows say: one that none of them says is left out of the statement."""
        missing = {name: values.count(None) for name, values in self.columns.items()}
        rows = len(self.row_nos)
        return Said(
            tuple(name for name, gaps in missing.items() if gaps < rows),
            frozenset(name for name, gaps in missing.items() if 0 < gaps < rows),
        )


async def upsert(
    connection: psycopg.AsyncConnection[Any],
    into: Upsert,
    batch: Batch,
    rows: Incoming,
    rejects: Sequence[RejectedRow],
) -> BatchResult:
    """Write what could be read. Every row of the batch gets its verdict where verdicts are wanted, and is
    counted otherwise."""
    keys = rows.keys(into.key)
    last = dict(zip(keys, range(len(keys)), strict=True))
    written = rows
    if len(last) < len(keys):
        places = set(last.values())
        written = rows.only([place in places for place in range(len(keys))])
    if not batch.task.wants_verdicts:
        counts = await _counted(connection, into, batch.task.task_id, written) if last else Counts()
        again = Counts(rejected=len(rejects), duplicate=len(keys) - len(last))
        return BatchResult(counts + again, tuple(rejects))
    said = {reject.row_no: RowVerdict("rejected") for reject in rejects}
    said |= _superseded(rows, keys, last)
    if last:
        said |= await _told(connection, into, batch.task, written)
    if batch.task.dry_run:
        said |= _recognisable(said, into, written)
    verdicts = in_order(said)
    return BatchResult(counted(verdicts), tuple(rejects), verdicts)


def _superseded(
    rows: Incoming, keys: Sequence[tuple[str | None, ...]], last: Mapping[tuple[str | None, ...], int]
) -> dict[int, RowVerdict]:
    """Of rows of a batch that mean the same the last counts."""
    values = list(zip(*rows.columns.values(), strict=True))
    found = {}
    for place, key in enumerate(keys):
        if (by := last[key]) != place:
            code = "duplicate_in_file" if values[by] == values[place] else "replaced_in_file"
            found[rows.row_nos[place]] = RowVerdict(
                "duplicate", rows.shown[place], code, {"row": rows.row_nos[by]}
            )
    return found


def _recognisable(said: Mapping[int, RowVerdict], into: Upsert, rows: Incoming) -> dict[int, RowVerdict]:
    """What a dry run tells a key's second row in another batch by."""
    values = zip(*rows.columns.values(), strict=True)
    return {
        row_no: replace(said[row_no], identity=digest(key), content=digest(of))
        for row_no, key, of in zip(rows.row_nos, rows.keys(into.key), values, strict=True)
    }


async def _counted(
    connection: psycopg.AsyncConnection[Any], into: Upsert, task_id: str, rows: Incoming
) -> Counts:
    if await _all_new(connection, into, task_id, rows):
        return Counts(created=len(rows.row_nos))
    async with connection.cursor() as cursor:
        said = await _fill(cursor, into, rows)
        await _put(cursor, into, task_id, said, "count(*) FILTER (WHERE is_new), count(*)")
        created, changed = await cursor.fetchone() or (0, 0)
        replaced = 0
        if (same := len(rows.row_nos) - changed) > 0:
            await cursor.execute(f"SELECT count(*) FROM ({into.replaced}) r", {"task": task_id})
            [replaced] = await cursor.fetchone() or (0,)
            await cursor.execute(into.carry, {"task": task_id})
    return Counts(created=created, updated=changed - created, unchanged=same - replaced, duplicate=replaced)


async def _told(
    connection: psycopg.AsyncConnection[Any], into: Upsert, task: TaskSpec, rows: Incoming
) -> dict[int, RowVerdict]:
    task_id, shadow = task.task_id, task.shadow_of is not None
    if not shadow and await _all_new(connection, into, task_id, rows):
        return {
            row_no: RowVerdict("created", shown)
            for row_no, shown in zip(rows.row_nos, rows.shown, strict=True)
        }
    async with connection.cursor() as cursor:
        said = await _fill(cursor, into, rows)
        before = await images(cursor, into.standing) if shadow else {}
        await _put(cursor, into, task_id, said, "row_no, is_new")
        changed: dict[int, bool] = dict(await cursor.fetchall())
        after = await images(cursor, into.standing) if shadow else {}
        replaced: dict[int, int] = {}
        if len(changed) < len(rows.row_nos):
            await cursor.execute(into.replaced, {"task": task_id})
            replaced = dict(await cursor.fetchall())
            await cursor.execute(into.carry, {"task": task_id})
    verdicts = {
        row_no: _verdict(shown, changed.get(row_no), replaced.get(row_no))
        for row_no, shown in zip(rows.row_nos, rows.shown, strict=True)
    }
    return with_changes(verdicts, before, after, into.told) if shadow else verdicts


async def _all_new(
    connection: psycopg.AsyncConnection[Any], into: Upsert, task_id: str, rows: Incoming
) -> bool:
    """Written, if none of them was there; otherwise nothing is, and the task is not asked again."""
    if task_id in into.repeating:
        return False
    columns: list[Values] = [list(map(str, rows.row_nos))]
    for name, values in rows.columns.items():
        new = into.new_value(name)
        columns.append([new if value is None else value for value in values] if None in values else values)
    columns.append([task_id] * len(rows.row_nos))
    # In the order of keys, so that two tasks never wait for each other in a circle.
    keys = rows.keys(into.key)
    order = sorted(range(len(keys)), key=keys.__getitem__)
    lines = copy_columns(columns)
    try:
        async with (
            connection.transaction(),
            connection.cursor() as cursor,
            cursor.copy(into.straight(tuple(rows.columns))) as copy,
        ):
            await copy.write("\n".join([lines[place] for place in order]) + "\n")
    except UniqueViolation:
        into.repeating.add(task_id)
        return False
    return True


async def _fill(cursor: psycopg.AsyncCursor[Any], into: Upsert, rows: Incoming) -> Said:
    """Rows into the temp table; which columns they say."""
    said = rows.said()
    lines = copy_columns([list(map(str, rows.row_nos)), *(rows.columns[name] for name in said.columns)])
    await cursor.execute(into.temp)
    # A batch that is written by halves comes here several times in one transaction.
    await cursor.execute(f"DELETE FROM incoming_{into.table}")
    async with cursor.copy(into.copy(said)) as copy:
        await copy.write("\n".join(lines) + "\n")
    return said


async def _put(
    cursor: psycopg.AsyncCursor[Any], into: Upsert, task_id: str, said: Said, returning: str
) -> None:
    await cursor.execute(into.write(said) + f" SELECT {returning} FROM written", {"task": task_id})


def _verdict(shown: str, is_new: bool | None, replaced_by: int | None) -> RowVerdict:
    if is_new is not None:
        return RowVerdict("created" if is_new else "updated", shown)
    if replaced_by is not None:
        return RowVerdict("duplicate", shown, "replaced_in_file", {"row": replaced_by})
    return RowVerdict("unchanged", shown)
