"""What two attempts of a task did differently: verdicts, batches, and row by row."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from projections.queries import paging

# A row that one rejected counts for the other only where that one did it at all: by its batch, where both
# number rows alike, else by having got to its end.
_ROWS = """
WITH one AS MATERIALIZED (
    SELECT row_no, batch_no, field, value, code, args FROM reject WHERE task_id = :id AND attempt = :one
), other AS MATERIALIZED (
    SELECT row_no, batch_no, field, value, code, args FROM reject WHERE task_id = :id AND attempt = :other
), told AS (
    SELECT row_no, o.batch_no AS one_batch, p.batch_no AS other_batch,
           CASE WHEN o.code IS NOT NULL THEN jsonb_build_object(
               'field', o.field, 'value', o.value, 'code', o.code, 'args', o.args) END AS one,
           CASE WHEN p.code IS NOT NULL THEN jsonb_build_object(
               'field', p.field, 'value', p.value, 'code', p.code, 'args', p.args) END AS other
    FROM one o FULL JOIN other p USING (row_no)
), differing AS (
    SELECT row_no, one, other,
           CASE WHEN other IS NULL THEN 'accepted' WHEN one IS NULL THEN 'rejected'
                ELSE 'reason' END AS change
    FROM told WHERE one IS DISTINCT FROM other
      AND (one IS NOT NULL OR CASE WHEN :alike THEN EXISTS (
          SELECT FROM batch b WHERE b.task_id = :id AND b.attempt = :one AND b.batch_no = other_batch)
          ELSE :one_ended END)
      AND (other IS NOT NULL OR CASE WHEN :alike THEN EXISTS (
          SELECT FROM batch b WHERE b.task_id = :id AND b.attempt = :other AND b.batch_no = one_batch)
          ELSE :other_ended END)
)
"""
_LIST = f"{_ROWS} SELECT * FROM differing WHERE row_no > :after ORDER BY row_no LIMIT :most"
_SUMS = f"{_ROWS} SELECT change, count(*) AS n FROM differing GROUP BY change"
_BATCHES = """
SELECT count(*) FILTER (WHERE p.batch_no IS NULL) AS only_first,
       count(*) FILTER (WHERE o.batch_no IS NULL) AS only_second,
       count(*) FILTER (WHERE o.batch_no = p.batch_no) AS both,
       count(*) FILTER (WHERE o.batch_no = p.batch_no AND
           (o.created, o.updated, o.unchanged, o.duplicate, o.rejected, o.retracted, o.skipped) <>
           (p.created, p.updated, p.unchanged, p.duplicate, p.rejected, p.retracted, p.skipped)) AS different
FROM (SELECT * FROM batch WHERE task_id = :id AND attempt = :one) o
FULL JOIN (SELECT * FROM batch WHERE task_id = :id AND attempt = :other) p USING (batch_no)
"""
_ATTEMPT = "SELECT * FROM attempt WHERE task_id = :id AND attempt = :attempt"
Row = dict[str, Any]


async def attempt(connection: AsyncConnection, task_id: UUID, number: int) -> Row | None:
    """One attempt, None where there is no such one."""
    found = await connection.execute(text(_ATTEMPT), {"id": task_id, "attempt": number})
    row = found.mappings().one_or_none()
    return None if row is None else dict(row)


async def batches(connection: AsyncConnection, task_id: UUID, one: int, other: int) -> Row:
    """How many batches only one of them did, both did, and with other verdicts."""
    found = await connection.execute(text(_BATCHES), {"id": task_id, "one": one, "other": other})
    return dict(found.mappings().one())


async def sums(connection: AsyncConnection, task_id: UUID, one: Row, other: Row) -> dict[str, int]:
    """Rows by how they differ: ``accepted`` and ``rejected`` by the second, or for another ``reason``."""
    found = await connection.execute(text(_SUMS), _asked(task_id, one, other))
    return {"accepted": 0, "rejected": 0, "reason": 0} | {row.change: row.n for row in found}


async def rows(
    connection: AsyncConnection, task_id: UUID, one: Row, other: Row, cursor: str | None, limit: int
) -> paging.Page:
    """The rows whose verdicts differ, in the order of the source. Raises BadCursor."""
    (after,) = paging.decode(cursor, paging.number) if cursor else (0,)
    asked = _asked(task_id, one, other) | {"after": after, "most": limit + 1}
    found = [dict(row) for row in (await connection.execute(text(_LIST), asked)).mappings()]
    return paging.page(found, limit, lambda row: (row["row_no"],))


def _asked(task_id: UUID, one: Row, other: Row) -> Row:
    return {
        "id": task_id,
        "one": one["attempt"],
        "other": other["attempt"],
        "alike": one["origin"] == other["origin"],
        "one_ended": one["status"] == "completed",
        "other_ended": other["status"] == "completed",
    }
