"""How read models stand: how far behind the log, seen when, and which schemas there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from infra.postgres import create_engine
from infra.settings import Settings


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
            versions = [Version(*row) for row in await connection.execute(text(_VERSIONS))]
    finally:
        await engine.dispose()
    return Standing(places, versions, None if heartbeat is None else float(heartbeat))


_PLACES = """
SELECT topic, partition, "offset", log_end - 1 - "offset", seen_at FROM read.projection_offset
ORDER BY topic, partition
"""
_HEARTBEAT = "SELECT extract(epoch FROM now() - max(seen_at)) FROM read.projection_offset"
_VERSIONS = """
SELECT n.nspname, (obj_description(n.oid, 'pg_namespace')::jsonb ->> 'made_at')::timestamptz,
    coalesce(sum(c.reltuples) FILTER (WHERE c.relname = 'task'), 0)::bigint,
    coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint
FROM pg_namespace n LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind = 'r'
WHERE n.nspname IN ('read', 'read_before', 'read_rebuilt') GROUP BY n.oid, n.nspname ORDER BY n.nspname
"""
