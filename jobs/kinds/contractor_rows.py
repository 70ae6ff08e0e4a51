"""Contractors into PostgreSQL, a batch at a time, and what became of each row.

New rows of a file go straight into the table by COPY (the common case of a first load). Where somebody with
such an ИНН or key is there already, and always for 1C, they go through one temp table per connection.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import psycopg
from psycopg.errors import UniqueViolation

from infra.copying import copy_columns
from jobs.base import Batch, RowVerdict
from jobs.kinds import contractor_sql as sql
from jobs.kinds.gone_rows import Retracting
from jobs.kinds.images import images, with_changes
from jobs.kinds.repeating import Repeating
from jobs.records import Contractor
from jobs.verdicts import digest

RETRACTING = Retracting(retract=sql.RETRACT, stored=sql.STORED, shown="Description")
_CREATED = RowVerdict("created")
_TEXTS = ("code", "name", "full_name", "kind", "inn", "kpp", "okpo", "data_version")


class IncomingContractor(NamedTuple):
    """A contractor on its way in, and its source row."""

    row_no: int
    contractor: Contractor


class ContractorWriter:
    """Writes batches, straight into the table while a task's rows are new."""

    def __init__(self) -> None:
        self._repeating = Repeating()

    async def write(
        self, connection: psycopg.AsyncConnection[Any], batch: Batch, rows: Sequence[IncomingContractor]
    ) -> dict[int, RowVerdict]:
        """Write ``rows``, in any order; says of each, by its number, what became of it."""
        last = {row.contractor.key: row for row in rows}
        said = {
            row.row_no: _twice(row, last[row.contractor.key])
            for row in rows
            if last[row.contractor.key] is not row
        }
        if last:
            said |= await self._written(connection, batch, [last[key] for key in sorted(last)])
        if batch.task.dry_run:
            for row in last.values():
                said[row.row_no] = _recognisable(said[row.row_no], row.contractor)
        return said

    async def _written(
        self, connection: psycopg.AsyncConnection[Any], batch: Batch, rows: Sequence[IncomingContractor]
    ) -> dict[int, RowVerdict]:
        task_id = batch.task.task_id
        await connection.execute(sql.ALONE)
        if batch.context.get("source") != "onec" and task_id not in self._repeating:
            try:
                async with connection.transaction() as new:
                    if not await _all_new(connection, rows):
                        raise psycopg.Rollback(new)
                    await _straight(connection, task_id, rows)
                    return _created(rows, shown=batch.task.wants_verdicts)
            except UniqueViolation:
                pass
            self._repeating.add(task_id)
        return await _upserted(connection, batch, rows)


async def _all_new(connection: psycopg.AsyncConnection[Any], rows: Sequence[IncomingContractor]) -> bool:
    """Nobody here has one of their ИНН, nor one of them another's; a key that is here is found by writing."""
    bare = {row.contractor.inn for row in rows if not row.contractor.kpp} - {""}
    if any(row.contractor.kpp and row.contractor.inn in bare for row in rows):
        return False
    inns = [row.contractor.inn for row in rows]
    found = await connection.execute(sql.ANY_KNOWN, [inns])
    known = await found.fetchone()
    return known == (False,)


async def _straight(
    connection: psycopg.AsyncConnection[Any], task_id: str, rows: Sequence[IncomingContractor]
) -> None:
    """All of them new, or UniqueViolation and nothing written."""
    async with connection.cursor() as cursor, cursor.copy(sql.STRAIGHT) as copy:
        await copy.write(_lines(rows, task_id))


async def _upserted(
    connection: psycopg.AsyncConnection[Any], batch: Batch, rows: Sequence[IncomingContractor]
) -> dict[int, RowVerdict]:
    mine = {row.contractor.key: row for row in rows}
    said: dict[int, RowVerdict] = {}
    async with connection.cursor() as cursor:
        await cursor.execute(sql.TEMP)
        # A batch that is written by halves comes here several times in one transaction.
        await cursor.execute(sql.EMPTY)
        async with cursor.copy(sql.COPY) as copy:
            await copy.write(_lines(rows))
        await cursor.execute(sql.ADOPT)
        if batch.context.get("source") != "onec":
            said |= await _resolved(cursor, mine)
        shadow = batch.task.shadow_of is not None
        before = await images(cursor, sql.STANDING) if shadow else {}
        await cursor.execute(sql.UPSERT, {"task": batch.task.task_id})
        changed = await cursor.fetchall()
        after = await images(cursor, sql.STANDING) if shadow else {}
        if len(changed) < len(rows):
            await cursor.execute(sql.CARRY, {"task": batch.task.task_id})
        for key, is_new, is_gone in changed:
            verdict = "created" if is_new else "retracted" if is_gone else "updated"
            said |= _verdict(mine[key.bytes], verdict)
        if any(row.contractor.retracted for row in rows):
            await cursor.execute(sql.NEVER_IMPORTED)
            for (key,) in await cursor.fetchall():
                said |= _verdict(mine[key.bytes], "skipped", "never_imported")
    for row in rows:
        said.setdefault(row.row_no, RowVerdict("unchanged", row.contractor.name))
    return with_changes(said, before, after, sql.TOLD) if shadow else said


async def _resolved(
    cursor: psycopg.AsyncCursor[Any], mine: dict[bytes, IncomingContractor]
) -> dict[int, RowVerdict]:
    """Rows of a file that mean somebody who is here: they take his key, in ``mine`` too. What is 1C's, or
    what another row of the batch means as well, is said and left out."""
    by_no = {row.row_no: row for row in mine.values()}
    said: dict[int, RowVerdict] = {}
    await cursor.execute(sql.FIND)
    found = await cursor.fetchall()
    await cursor.execute(sql.FILLED_IN)
    if found := found + await cursor.fetchall():
        await cursor.execute(sql.KPP_STAYS)
        await cursor.execute(sql.TWICE)
        for row_no, last in await cursor.fetchall():
            said[row_no] = _twice(by_no[row_no], by_no[last])
        mine |= {key.bytes: by_no[row_no] for row_no, key in found if row_no not in said}
    await cursor.execute(sql.OF_1C)
    for (row_no,) in await cursor.fetchall():
        contractor = by_no[row_no].contractor
        named = {"inn": contractor.inn, "kpp": contractor.kpp}
        said[row_no] = RowVerdict("duplicate", contractor.name, "duplicate_of_contractor", named)
    return said


def _twice(row: IncomingContractor, last: IncomingContractor) -> RowVerdict:
    same = row.contractor == last.contractor
    code = "duplicate_in_file" if same else "replaced_in_file"
    return RowVerdict("duplicate", row.contractor.name, code, {"row": last.row_no})


def _verdict(row: IncomingContractor, verdict: str, code: str | None = None) -> dict[int, RowVerdict]:
    return {row.row_no: RowVerdict(verdict, row.contractor.name, code)}


def _created(rows: Sequence[IncomingContractor], *, shown: bool) -> dict[int, RowVerdict]:
    if not shown:
        return dict.fromkeys([row.row_no for row in rows], _CREATED)
    return {row.row_no: RowVerdict("created", row.contractor.name) for row in rows}


def _recognisable(verdict: RowVerdict, contractor: Contractor) -> RowVerdict:
    """1C's element is as its DataVersion and mark say, a file's row as it is written."""
    c = contractor
    of_file = (c.code, c.name, c.full_name, c.kind, c.inn, c.kpp, c.okpo)
    fields = (c.data_version,) if c.data_version else of_file
    return replace(verdict, identity=c.key, content=digest((*fields, str(c.retracted))))


def _lines(rows: Sequence[IncomingContractor], *more: str) -> str:
    """For COPY, with values more that are the same for all."""
    those = [row.contractor for row in rows]
    texts: list[list[str | None]] = [[getattr(c, name) for c in those] for name in _TEXTS]
    columns: list[Sequence[str | None]] = [
        [c.key.hex() for c in those],
        [str(row.row_no) for row in rows],
        *texts,
        ["t" if c.retracted else "f" for c in those],
        ["{" + ",".join(c.warnings) + "}" for c in those],
    ]
    columns += [[value] * len(rows) for value in more]
    return "\n".join(copy_columns(columns)) + "\n"
