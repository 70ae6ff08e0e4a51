"""How a batch's rows are written: all at once, or, when the database refused one, by halves."""

from dataclasses import replace
from typing import Any

import psycopg

from domain.errors import MalformedRow
from events.records import Counts
from jobs.base import TOO_LARGE, Batch, BatchResult, Kind, RejectedRow, RowVerdict
from jobs.specs import as_original


async def write_quickly(connection: psycopg.AsyncConnection[Any], kind: Kind, batch: Batch) -> BatchResult:
    """The whole batch; of a dry run only the verdicts stay."""
    if too_large := _too_large(batch):
        return too_large
    if not batch.task.dry_run:
        return await kind.write(connection, batch)
    async with connection.transaction() as dry:
        result = await kind.write(connection, replace(batch, task=as_original(batch.task)))
        raise psycopg.Rollback(dry)
    return result


async def write_carefully(connection: psycopg.AsyncConnection[Any], kind: Kind, batch: Batch) -> BatchResult:
    """By halves down to the rows that the database refuses (SQLSTATE class 22 or 23): those are
    rejected, never the batch. 1,000 rows with one bad: 20 writes."""
    try:
        async with connection.transaction():
            return await write_quickly(connection, kind, batch)
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        if len(batch.rows) == 1:
            refused = MalformedRow("database_refused", sqlstate=error.sqlstate or "")
            return _one_rejected(batch, refused)
    middle = len(batch.rows) // 2
    left = await write_carefully(connection, kind, _part(batch, 0, middle))
    right = await write_carefully(connection, kind, _part(batch, middle, len(batch.rows)))
    return BatchResult(
        left.counts + right.counts,
        left.rejects + right.rejects,
        left.verdicts + right.verdicts,
        left.warned + right.warned,
        left.touched_closed + right.touched_closed,
    )


def _part(batch: Batch, start: int, stop: int) -> Batch:
    return replace(
        batch,
        first_row=batch.numbers[start],
        rows=batch.rows[start:stop],
        row_numbers=batch.row_numbers[start:stop] if batch.row_numbers else None,
    )


def _too_large(batch: Batch) -> BatchResult | None:
    if len(batch.rows) != 1 or TOO_LARGE not in batch.rows[0]:
        return None
    return _one_rejected(batch, MalformedRow("row_too_large", bytes=int(batch.rows[0][TOO_LARGE])))


def _one_rejected(batch: Batch, error: MalformedRow) -> BatchResult:
    reject = RejectedRow(batch.numbers[0], batch.rows[0], error)
    return BatchResult(Counts(rejected=1), (reject,), (RowVerdict("rejected"),))
