"""Which tasks a bulk operation takes, and what became of each."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from projections.queries import paging
from projections.queries.task_filter import TaskFilter, conditions, named

_POSITION = """
SELECT partition, "offset" FROM projection_offset WHERE topic LIKE '%tasks' AND "offset" >= 0
ORDER BY partition
"""
# What the conductor said names the request as its cause.
_TARGETS = """
SELECT b.row_no, b.task_id, t.kind, t.status, t.outcome, b.skipped, b.published_at,
    e.type AS answer, e.data ->> 'reason' AS refused
FROM bulk_target b
LEFT JOIN task t ON t.id = b.task_id
LEFT JOIN LATERAL (
    SELECT e.type, e.data FROM task_event e
    WHERE e.task_id = b.task_id AND e.causation_id = b.event_id::text ORDER BY e."offset" LIMIT 1
) e ON true
WHERE b.bulk_id = :bulk AND b.attempt = (SELECT max(attempt) FROM bulk_target WHERE bulk_id = :bulk)
  AND b.row_no > :after
ORDER BY b.row_no LIMIT :most
"""


async def chosen(connection: AsyncConnection, wanted: TaskFilter, most: int) -> list[str]:
    """Ids of the tasks that the filter lets through, the oldest first; one more than ``most`` where there are
    more. Bulk operations are none of them."""
    where, parameters = conditions(await named(connection, wanted))
    found = await connection.execute(
        text(
            f"SELECT t.id::text FROM task t WHERE {where} AND t.kind <> 'bulk'"
            " ORDER BY t.created_at, t.id LIMIT :most"
        ),
        {**parameters, "most": most + 1},
    )
    return list(found.scalars())


async def position(connection: AsyncConnection) -> str:
    """Where the read models stand, as a socket would say it."""
    found = await connection.execute(text(_POSITION))
    return ",".join(f"{partition}:{offset}" for partition, offset in found)


async def targets(
    connection: AsyncConnection, bulk_id: UUID, cursor: str | None = None, limit: int = 50
) -> paging.Page:
    """What was asked of each task, and what was answered. Raises BadCursor."""
    after = paging.decode(cursor, paging.number)[0] if cursor is not None else 0
    found = await connection.execute(text(_TARGETS), {"bulk": bulk_id, "after": after, "most": limit + 1})
    rows: list[Mapping[str, Any]] = [dict(row) for row in found.mappings()]
    return paging.page(rows, limit, lambda row: (row["row_no"],))
