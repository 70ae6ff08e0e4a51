"""Which waiting tasks may start: so many at once per kind, per source (one 1C) and per person."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# Conductors admit one after the other, so that two never count the same free place.
_LOCK = 4_730_066_117


@dataclass(frozen=True, slots=True)
class Limits:
    """How many tasks run at once."""

    per_kind: int = 16
    per_source: int = 1
    per_submitter: int = 8


class Places:
    """The free places within one transaction."""

    def __init__(self, limits: Limits, running: Sequence[Any]) -> None:
        self._limits = limits
        self._kinds = Counter(row.kind for row in running)
        self._sources = Counter(row.source_key for row in running if row.source_key)
        # Of a kind: who stops many imports at once does not wait behind them.
        self._submitters = Counter((row.submitter, row.kind) for row in running)

    def take(self, kind: str, source_key: str, submitter: str) -> bool:
        """Take a place if there is one for all three."""
        free = (
            self._kinds[kind] < self._limits.per_kind
            and (not source_key or self._sources[source_key] < self._limits.per_source)
            and self._submitters[submitter, kind] < self._limits.per_submitter
        )
        if free:
            self._kinds[kind] += 1
            self._submitters[submitter, kind] += 1
            if source_key:
                self._sources[source_key] += 1
        return free


async def free_places(connection: AsyncConnection, limits: Limits) -> Places:
    """Count what runs; no other conductor admits before this transaction ends."""
    await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    rows = await connection.execute(
        text(
            "SELECT s.kind, s.source_key, s.submitter FROM attempt a JOIN task_state s USING (task_id)"
            " WHERE a.state = 'current'"
        )
    )
    return Places(limits, rows.all())


async def waiting_tasks(connection: AsyncConnection, partitions: Sequence[int]) -> Sequence[Any]:
    """Who waits, the first in line first: by priority, then by time."""
    rows = await connection.execute(
        text(
            "SELECT task_id::text AS task_id, kind, source_key, submitter FROM task_state"
            " WHERE waiting AND partition = ANY(:partitions)"
            " ORDER BY CASE spec ->> 'priority' WHEN 'high' THEN 0 WHEN 'normal' THEN 1 ELSE 2 END, queued_at"
            " LIMIT 200"
        ),
        {"partitions": list(partitions)},
    )
    return rows.all()
