"""What bulk operations have put down is published, once, in their order."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from events.topics import TASKS
from infra.kafka import LogUnavailable, Publisher

SWEEP_MOST = 500


class BulkRequests:
    """A request that was published and not marked is published again under the same id; whoever answers it
    knows the task's state and answers nothing new."""

    def __init__(self, engine: AsyncEngine, publisher: Publisher, namespace: str = "") -> None:
        self._engine = engine
        self._publisher = publisher
        self._topic = namespace + TASKS

    async def sweep(self) -> int:
        """Publish what waits; returns how much still does. One process at a time, so that none is published
        by two; what a stopped operation had put down and nobody has published stays unasked."""
        async with self._engine.begin() as connection:
            if not await connection.scalar(text(_ALONE)):
                return 0
            found = await connection.execute(text(_WAITING), {"most": SWEEP_MOST})
            waiting = found.all()
            messages = [
                (str(row.task_id).encode(), bytes(row.value), [(k, v.encode()) for k, v in row.headers])
                for row in waiting
            ]
            if messages:
                try:
                    await self._publisher.send_all(self._topic, messages)
                except LogUnavailable:
                    return len(waiting)
                await connection.execute(text(_MARK), {"events": [str(row.event_id) for row in waiting]})
        return 0


_ALONE = "SELECT pg_try_advisory_xact_lock(hashtext('bulk.sweep'))"
_WAITING = """
SELECT t.event_id, t.task_id, t.value, t.headers FROM bulk_target t
JOIN attempt a ON a.task_id = t.bulk_id AND a.attempt = t.attempt
WHERE t.published_at IS NULL AND t.event_id IS NOT NULL AND a.state <> 'cancelled'
ORDER BY t.bulk_id, t.row_no LIMIT :most
"""
_MARK = """
UPDATE bulk_target SET published_at = now()
WHERE published_at IS NULL AND event_id = ANY(CAST(:events AS uuid[]))
"""
