"""How many tasks there are, and how old what is read here is."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from projections.view import STATUSES


@dataclass(frozen=True, slots=True)
class Freshness:
    """``as_of``: everything the log held then is in the read models (None = never looked yet).
    ``behind`` is how many messages were missing when the end of the log was last seen."""

    as_of: datetime | None
    age_seconds: float | None
    behind: int
    partitions: int


async def freshness(connection: AsyncConnection) -> Freshness:
    found = (
        await connection.execute(
            text(
                "SELECT min(seen_at) FILTER (WHERE seen_at IS NOT NULL) AS as_of,"
                " EXTRACT(epoch FROM clock_timestamp() - min(seen_at))::float8 AS age,"
                ' COALESCE(sum(GREATEST(log_end - 1 - "offset", 0)), 0)::bigint AS behind,'
                " count(*) AS partitions, count(seen_at) AS seen FROM projection_offset"
            )
        )
    ).one()
    complete = found.partitions > 0 and found.seen == found.partitions
    return Freshness(
        as_of=found.as_of if complete else None,
        age_seconds=max(found.age, 0.0) if complete else None,
        behind=found.behind,
        partitions=found.partitions,
    )


async def counts(connection: AsyncConnection) -> dict[str, int]:
    """Tasks by status, as the projection counts them: 12 rows each, never the tasks themselves."""
    found = await connection.execute(text("SELECT status, sum(n)::bigint FROM task_count GROUP BY status"))
    known = {status: int(n) for status, n in found}
    return {status: known.get(status, 0) for status in STATUSES}


async def vector(connection: AsyncConnection, topic: str) -> dict[int, int]:
    """The last applied offset of every partition of ``topic``."""
    found = await connection.execute(
        text('SELECT partition, "offset" FROM projection_offset WHERE topic = :topic'), {"topic": topic}
    )
    return {row.partition: row.offset for row in found}
