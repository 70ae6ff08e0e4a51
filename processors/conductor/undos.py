"""Undos: handed to importers by a row of ``undo``, and back by the same row when everything was looked at."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.commands import FinishUndo
from events.tasks import TaskRequestAccepted
from processors.conductor.store import Folded


async def begin(
    connection: AsyncConnection, task_id: str, known: Folded, accepted: TaskRequestAccepted
) -> None:
    """Whoever is free gives the rows back; an earlier undo of the task, before a replay, is forgotten."""
    await connection.execute(
        text(_BEGIN),
        {
            "task": task_id,
            "partition": known.partition,
            "kind": str(known.spec.get("kind", "")),
            "attempt": accepted.attempt,
            "force": accepted.force,
            "override": accepted.closed_period_override,
        },
    )


async def finished(connection: AsyncConnection, partitions: Sequence[int]) -> dict[str, FinishUndo]:
    """What has been given back and was not told yet; told from now on."""
    rows = await connection.execute(text(_FINISHED), {"partitions": list(partitions)})
    return {
        row.task_id: FinishUndo(row.removed, row.restored, row.conflicts, row.touched_closed or None)
        for row in rows
    }


_BEGIN = """
INSERT INTO undo (task_id, partition, kind, attempt, force, closed_period_override)
VALUES (:task, :partition, :kind, :attempt, :force, :override)
ON CONFLICT (task_id) DO UPDATE SET
    attempt = excluded.attempt, force = excluded.force,
    closed_period_override = excluded.closed_period_override, touched_closed = 0, accepted_at = now(),
    total = NULL, done = 0, removed = 0, restored = 0, conflicts = 0, finished_at = NULL, told = false
"""
_FINISHED = """
UPDATE undo SET told = true WHERE partition = ANY(:partitions) AND finished_at IS NOT NULL AND NOT told
RETURNING task_id::text AS task_id, removed, restored, conflicts, touched_closed
"""
