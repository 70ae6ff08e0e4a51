"""How read models stand: how far behind the log, seen when, and which schemas there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from infra.postgres import create_engine
from infra.settings import Settings
from projections.schema import checked


@dataclass(frozen=True, slots=True)
class Place:
    """One partition: ``lag`` in messages, ``seen_at`` when the log's end was last looked at (None: never)."""

    topic: str
    partition: int
    offset: int
    lag: int | None
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class Version:
    """A schema of read models: ``made_at`` when its tables were made, size in bytes. ``read`` is the live
    one, ``read_before`` the one to roll back to, ``read_rebuilt`` one that is being made."""

    schema: str
    made_at: datetime | None
    tasks: int
    size: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Places of the live schema, and all versions; ``heartbeat`` in seconds since the latest look."""

    places: Sequence[Place]
    versions: Sequence[Version]
    heartbeat: float | None

    @property
    def lag(self) -> int:
        return sum(place.lag or 0 for place in self.places)


async def standing(settings: Settings) -> Standing:
    """What PostgreSQL knows about it."""
    engine = create_engine(settings.libpq_url, pool_size=1, application="tidemark-status")
    try:
        async with engine.connect() as connection:
            places = [Place(*row) for row in await connection.execute(text(_PLACES))]
            heartbeat = await connection.scalar(text(_HEARTBEAT))
            found = (await connection.execute(text(_VERSIONS))).all()
            versions = [
                Version(one.name, one.made_at, await _tasks(connection, one.name), one.size) for one in found
            ]
    finally:
        await engine.dispose()
    return Standing(places, versions, None if heartbeat is None else float(heartbeat))


async def _tasks(connection: AsyncConnection, schema: str) -> int:
    """By the counters, which are few; a schema that is being made may not have them yet."""
    counters = f"{checked(schema)}.task_count"
    if not await connection.scalar(text("SELECT to_regclass(:name)"), {"name": counters}):
        return 0
    return int(await connection.scalar(text(f"SELECT coalesce(sum(n), 0) FROM {counters}")) or 0)


_PLACES = """
SELECT topic, partition, "offset", log_end - 1 - "offset", seen_at FROM read.projection_offset
ORDER BY topic, partition
"""
_HEARTBEAT = "SELECT extract(epoch FROM now() - max(seen_at)) FROM read.projection_offset"
_VERSIONS = """
SELECT n.nspname AS name,
    (obj_description(n.oid, 'pg_namespace')::jsonb ->> 'made_at')::timestamptz AS made_at,
    coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint AS size
FROM pg_namespace n LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind = 'r'
WHERE n.nspname IN ('read', 'read_before', 'read_rebuilt') GROUP BY n.oid, n.nspname ORDER BY n.nspname
"""
