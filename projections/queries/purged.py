"""Tasks that left the lists, and those that may."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from projections.position import Position


async def was_purged(connection: AsyncConnection, task_id: UUID) -> bool:
    """Whether cleanup removed it."""
    found = await connection.scalar(text("SELECT 1 FROM purged_task WHERE id = :id"), {"id": task_id})
    return found is not None


async def purged_since(connection: AsyncConnection, since: Mapping[int, int]) -> list[tuple[str, Position]]:
    """Tasks that cleanup removed past ``since``."""
    found = await connection.execute(
        text(
            'SELECT p.id::text, p.partition, p."offset" FROM purged_task p'
            ' JOIN unnest(CAST(:partitions AS int[]), CAST(:offsets AS bigint[])) s (partition, "offset")'
            ' ON p.partition = s.partition AND p."offset" > s."offset"'
        ),
        {"partitions": list(since), "offsets": list(since.values())},
    )
    return [(task_id, Position(partition, offset)) for task_id, partition, offset in found]


async def ended_before(connection: AsyncConnection, before: datetime, most: int) -> list[str]:
    """Final tasks that ended before a time, oldest first: what cleanup takes."""
    found = await connection.scalars(
        text(
            "SELECT id::text FROM task WHERE finished_at < :before"
            " AND status IN ('completed', 'failed', 'cancelled') ORDER BY finished_at LIMIT :most"
        ),
        {"before": before, "most": most},
    )
    return list(found)
