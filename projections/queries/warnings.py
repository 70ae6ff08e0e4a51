"""Rows of a task that were used although something in them looks wrong."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from projections.queries import paging

# Whoever did all rows again and ran through, with those who went on after it, says what is true of them now.
_SINCE = """coalesce((
    SELECT max(a.attempt) FROM attempt a WHERE a.task_id = :id AND a.scope = 'all' AND EXISTS (
        SELECT FROM attempt c WHERE c.task_id = :id AND c.attempt >= a.attempt AND c.status = 'completed')
), 1)"""
_ROWS = f"""
SELECT DISTINCT ON (row_no) row_no, attempt, key, codes, args FROM warned_row
WHERE task_id = :id AND attempt >= {_SINCE} AND row_no > :after ORDER BY row_no, attempt DESC LIMIT :most
"""
_TOTAL = f"SELECT count(DISTINCT row_no) FROM warned_row WHERE task_id = :id AND attempt >= {_SINCE}"


async def total(connection: AsyncConnection, task_id: UUID) -> int:
    """How many rows of the task carry a warning now."""
    return int(await connection.scalar(text(_TOTAL), {"id": task_id}) or 0)


async def rows(
    connection: AsyncConnection, task_id: UUID, cursor: str | None = None, limit: int = 50
) -> paging.Page:
    """In the order of the source, each as the latest attempt that met it told it. Raises BadCursor."""
    (after,) = paging.decode(cursor, paging.number) if cursor else (0,)
    found = await connection.execute(text(_ROWS), {"id": task_id, "after": after, "most": limit + 1})
    items = [dict(row) for row in found.mappings()]
    return paging.page(items, limit, lambda row: (row["row_no"],))
