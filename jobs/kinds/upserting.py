"""Rows of a file into a table by their key, a batch at a time, and what became of each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from operator import itemgetter
from typing import Any

import psycopg

from jobs.base import Batch, BatchResult, RejectedRow, RowVerdict
from jobs.kinds import layers
from jobs.kinds.copying import copy_lines
from jobs.verdicts import counted, digest, in_order


# Not frozen: that makes one 0.6 µs dearer.
@dataclass(slots=True)
class IncomingRow:
    """A row on its way in. ``values`` are texts for COPY by column, None = the file does not say;
    ``shown`` is what a person knows it by."""

    row_no: int
    key: tuple[str, ...]
    values: Mapping[str, str | None]
    shown: str


@dataclass(frozen=True)
class Upsert:
    """``columns`` of ``table`` and, for each, what a new row gets where the file says nothing (SQL); what is
    there already stays then. ``key`` columns are among them.

    Of rows with one key in a file the last counts, whatever order its batches are written in.
    """

    table: str
    key: tuple[str, ...]
    columns: Mapping[str, str]

    @cached_property
    def values_of(self) -> Callable[[Mapping[str, str | None]], tuple[str | None, ...]]:
        """A row's values in the order of the columns."""
        return itemgetter(*self.columns)

    @cached_property
    def temp(self) -> str:
        return (
            f"CREATE TEMP TABLE IF NOT EXISTS incoming_{self.table} ON COMMIT DELETE ROWS"
            f" AS SELECT row_no, {', '.join(self.columns)} FROM {self.table} WITH NO DATA"
        )

    @cached_property
    def copy(self) -> str:
        return f"COPY incoming_{self.table} (row_no, {', '.join(self.columns)}) FROM STDIN"

    @cached_property
    def write(self) -> str:
        content = [name for name in self.columns if name not in self.key]
        said = ", ".join(f"coalesce(i.{name}, t.{name}, {new})" for name, new in self.columns.items())
        order = ", ".join(f"i.{name}" for name in self.key)
        sets = ", ".join(f"{name} = excluded.{name}" for name in (*content, "task_id", "row_no"))
        old, new = (", ".join(f"{of}.{name}" for name in content) for of in ("t", "excluded"))
        return (
            f"WITH written AS (INSERT INTO {self.table} AS t ({', '.join(self.columns)}, task_id, row_no)"
            f" SELECT {said}, %(task)s, i.row_no FROM incoming_{self.table} i"
            f" LEFT JOIN {self.table} t USING ({', '.join(self.key)}) ORDER BY {order}"
            f" ON CONFLICT ({', '.join(self.key)}) DO UPDATE SET {sets}"
            f" WHERE ROW({old}) IS DISTINCT FROM ROW({new})"
            " AND NOT (t.task_id IS NOT DISTINCT FROM excluded.task_id AND t.row_no > excluded.row_no)"
            f" RETURNING new.id, new.row_no, old.id IS NULL AS is_new, {layers.before(layers.LAST)}"
            f"), kept AS ({layers.keep(self.table)}) SELECT row_no, is_new FROM written"
        )

    @cached_property
    def carry(self) -> str:
        """Rows that are as another import has left them."""
        return layers.carry(self.table, f"incoming_{self.table}", ", ".join(self.key), layers.LAST)

    @cached_property
    def replaced(self) -> str:
        """Rows of this task that came later in its file and were written before."""
        return (
            f"SELECT i.row_no, t.row_no FROM incoming_{self.table} i"
            f" JOIN {self.table} t USING ({', '.join(self.key)})"
            " WHERE t.task_id = %(task)s AND t.row_no > i.row_no"
        )


async def upsert(
    connection: psycopg.AsyncConnection[Any],
    into: Upsert,
    batch: Batch,
    rows: Sequence[IncomingRow],
    rejects: Sequence[RejectedRow],
) -> BatchResult:
    """Write what could be read; every row of the batch gets its verdict."""
    said = {reject.row_no: RowVerdict("rejected") for reject in rejects}
    last = {row.key: row for row in rows}
    said |= {
        row.row_no: RowVerdict("duplicate", row.shown, *_superseded(row, last[row.key]))
        for row in rows
        if last[row.key] is not row
    }
    if last:
        said |= await _written(connection, into, batch.task.task_id, list(last.values()))
    if batch.task.dry_run:
        for row in last.values():
            identity, content = digest(row.key), digest(row.values.values())
            said[row.row_no] = replace(said[row.row_no], identity=identity, content=content)
    verdicts = in_order(said)
    return BatchResult(counted(verdicts), tuple(rejects), verdicts)


def _superseded(row: IncomingRow, by: IncomingRow) -> tuple[str, dict[str, int]]:
    same = dict(row.values) == dict(by.values)
    return "duplicate_in_file" if same else "replaced_in_file", {"row": by.row_no}


async def _written(
    connection: psycopg.AsyncConnection[Any], into: Upsert, task_id: str, rows: Sequence[IncomingRow]
) -> dict[int, RowVerdict]:
    lines = copy_lines(
        ((str(row.row_no), *into.values_of(row.values)) for row in rows), len(into.columns) + 1
    )
    async with connection.cursor() as cursor:
        await cursor.execute(into.temp)
        await cursor.execute(f"DELETE FROM incoming_{into.table}")
        async with cursor.copy(into.copy) as copy:
            await copy.write(lines)
        await cursor.execute(into.write, {"task": task_id})
        changed: dict[int, bool] = dict(await cursor.fetchall())
        replaced: dict[int, int] = {}
        if len(changed) < len(rows):
            await cursor.execute(into.replaced, {"task": task_id})
            replaced = dict(await cursor.fetchall())
            await cursor.execute(into.carry, {"task": task_id})
    return {row.row_no: _verdict(row, changed.get(row.row_no), replaced.get(row.row_no)) for row in rows}


def _verdict(row: IncomingRow, is_new: bool | None, replaced_by: int | None) -> RowVerdict:
    if is_new is not None:
        return RowVerdict("created" if is_new else "updated", row.shown)
    if replaced_by is not None:
        return RowVerdict("duplicate", row.shown, "replaced_in_file", {"row": replaced_by})
    return RowVerdict("unchanged", row.shown)
