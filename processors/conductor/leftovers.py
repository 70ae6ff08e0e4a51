"""Tasks that are out of the lists: what is left of them is handed to importers, which remove it."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from processors.conductor.store import Folded


async def leave_over(connection: AsyncConnection, task_id: str, known: Folded) -> None:
    """Its data may go."""
    await connection.execute(
        text("INSERT INTO leftover (task_id, kind) VALUES (:task, :kind) ON CONFLICT DO NOTHING"),
        {"task": task_id, "kind": str(known.spec.get("kind", ""))},
    )
