"""Rejected rows as they stand: the latest rejection of each row, with its last correction.

A row that a later attempt has loaded or rejected again stands no longer as it was: ``current`` is false.
Corrections are read where they were accepted, so that who has corrected a row sees it at once.
"""

from collections.abc import AsyncGenerator, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from projections.queries import paging
from projections.queries.paging import Page

# An attempt that does a batch again does all its rejected rows; one that reads its source anew (``origin``)
# cuts other batches. The rejections themselves come by a topic of their own, some moments later.
CURRENT = """
NOT EXISTS (
    SELECT FROM applied_batch b
    WHERE b.task_id = r.task_id AND b.attempt > r.attempt AND b.batch_no = r.batch_no
)
AND r.attempt >= COALESCE(
    (SELECT (s.state #>> '{work,origin}')::int FROM task_state s WHERE s.task_id = r.task_id), 1
)
"""
# A correction of an earlier rejection is in the row that was rejected again.
CORRECTED = """
LEFT JOIN LATERAL (
    SELECT c.number, c.attempt, c.raw, c.corrected_by, c.corrected_at FROM correction c
    WHERE c.task_id = r.task_id AND c.row_no = r.row_no ORDER BY c.number DESC LIMIT 1
) c ON true
LEFT JOIN users u ON c.attempt = r.attempt
    AND u.id = CASE WHEN c.corrected_by LIKE 'user:%' THEN substr(c.corrected_by, 6)::uuid END
"""
_COLUMNS = """
r.attempt, r.batch_no, r.row_no, r.raw, r.field, r.value, r.code, r.args, r.fingerprint, r.rejected_at,
COALESCE(c.number, 0) AS corrections,
CASE WHEN c.attempt = r.attempt THEN c.raw END AS corrected,
CASE WHEN c.attempt = r.attempt THEN COALESCE(u.name, c.corrected_by) END AS corrected_by,
CASE WHEN c.attempt = r.attempt THEN c.corrected_at END AS corrected_at
"""
_LIST = f"""
SELECT {_COLUMNS}, ({CURRENT}) AS current FROM reject r {CORRECTED}
WHERE r.task_id = :id AND (r.attempt, r.row_no) > (:attempt_after, :after)
  AND (CAST(:attempt AS int) IS NULL OR r.attempt = :attempt)
  AND (CAST(:fingerprint AS text) IS NULL OR r.fingerprint = :fingerprint)
  AND (NOT :only_current OR ({CURRENT}))
ORDER BY r.attempt, r.row_no LIMIT :most
"""
_ROWS = f"""
SELECT {_COLUMNS}, ({CURRENT}) AS current FROM (
    SELECT DISTINCT ON (row_no) * FROM reject
    WHERE task_id = :id AND row_no = ANY(CAST(:rows AS bigint[])) ORDER BY row_no, attempt DESC
) r {CORRECTED}
ORDER BY r.row_no
"""
_STANDING = f"""
SELECT {_COLUMNS} FROM reject r {CORRECTED} WHERE r.task_id = :id AND {CURRENT} ORDER BY r.row_no
"""
_HISTORY = """
SELECT c.number, c.attempt, c.row_no, c.raw, c.corrected_at, c.published_at IS NOT NULL AS published,
       COALESCE(u.name, c.corrected_by) AS corrected_by
FROM correction c
LEFT JOIN users u ON u.id = CASE WHEN c.corrected_by LIKE 'user:%' THEN substr(c.corrected_by, 6)::uuid END
WHERE c.task_id = :id AND c.row_no = :row AND c.number > :after ORDER BY c.number LIMIT :most
"""
_AS_OF_NUMBER = """
SELECT c.row_no, c.number, c.raw FROM correction c
JOIN unnest(CAST(:rows AS bigint[]), CAST(:numbers AS int[])) w (row_no, number) USING (row_no, number)
WHERE c.task_id = :id
"""
# Every field that a rejected row of the task has: asked only where a field is named that a row has not.
_FIELDS = """
SELECT DISTINCT name FROM reject r CROSS JOIN LATERAL jsonb_object_keys(r.raw) name
WHERE r.task_id = :id AND name = ANY(:names)
UNION SELECT field FROM reject WHERE task_id = :id AND field = ANY(:names)
"""


async def listed(
    connection: AsyncConnection,
    task_id: UUID,
    cursor: str | None = None,
    limit: int = 50,
    *,
    attempt: int | None = None,
    fingerprint: str | None = None,
    only_current: bool = False,
) -> Page:
    """Rejections in the order of the source, attempt by attempt. Raises BadCursor."""
    before, after = paging.decode(cursor, paging.number, paging.number) if cursor else (0, 0)
    wanted = {"attempt": attempt, "fingerprint": fingerprint, "only_current": only_current}
    place = {"id": task_id, "attempt_after": before, "after": after, "most": limit + 1}
    return paging.page(
        await _all(connection, _LIST, wanted | place), limit, lambda row: (row["attempt"], row["row_no"])
    )


async def latest(
    connection: AsyncConnection, task_id: UUID, rows: Sequence[int]
) -> dict[int, dict[str, Any]]:
    """The latest rejection of each of these rows that was ever rejected, by row number."""
    found = await _all(connection, _ROWS, {"id": task_id, "rows": list(rows)})
    return {row["row_no"]: row for row in found}


async def standing(
    connection: AsyncConnection, task_id: UUID, at_once: int
) -> AsyncGenerator[list[dict[str, Any]], None]:
    """All rows that stand rejected, in the order of the source, in parts: one answer of the database, read as
    it is wanted."""
    result = await connection.stream(text(_STANDING), {"id": task_id})
    async for part in result.mappings().partitions(at_once):
        yield [dict(row) for row in part]


async def history(
    connection: AsyncConnection, task_id: UUID, row_no: int, cursor: str | None = None, limit: int = 50
) -> Page:
    """A row's corrections from the first. Raises BadCursor."""
    (after,) = paging.decode(cursor, paging.number) if cursor else (0,)
    wanted = {"id": task_id, "row": row_no, "after": after, "most": limit + 1}
    return paging.page(await _all(connection, _HISTORY, wanted), limit, lambda row: (row["number"],))


async def as_of_number(
    connection: AsyncConnection, task_id: UUID, wanted: Sequence[tuple[int, int]]
) -> dict[int, dict[str, Any]]:
    """Rows as their so-many-th correction made them, by row number; ``wanted`` are row and number."""
    rows, numbers = [row for row, _ in wanted], [number for _, number in wanted]
    found = await _all(connection, _AS_OF_NUMBER, {"id": task_id, "rows": rows, "numbers": numbers})
    return {row["row_no"]: row["raw"] for row in found}


async def known_fields(connection: AsyncConnection, task_id: UUID, names: Sequence[str]) -> set[str]:
    """Which of these fields a rejected row of the task has, or misses."""
    found = await connection.execute(text(_FIELDS), {"id": task_id, "names": list(names)})
    return {str(row.name) for row in found}


async def _all(
    connection: AsyncConnection, statement: str, parameters: dict[str, Any]
) -> list[dict[str, Any]]:
    found = await connection.execute(text(statement), parameters)
    return [dict(row) for row in found.mappings()]
