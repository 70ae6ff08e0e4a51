"""Whether a task holds its file: while it does, the same bytes are not taken a second time without force."""

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection


async def release(connection: AsyncConnection, task_id: str) -> None:
    """The task failed or was cancelled: its file may be submitted again without force."""
    await connection.execute(
        text("UPDATE intake SET active = false WHERE task_id = :task"), {"task": task_id}
    )


async def hold(connection: AsyncConnection, task_id: str) -> None:
    """What the task was undone of, or had failed with, is loaded: its file counts as loaded again, unless
    another task holds it by now. A dry run never does."""
    try:
        async with connection.begin_nested():
            await connection.execute(text(_HOLD), {"task": task_id})
    except IntegrityError:
        # Somebody has submitted the same bytes between the two halves of the statement.
        return


_HOLD = """
UPDATE intake i SET active = true FROM task_state s
WHERE i.task_id = :task AND s.task_id = i.task_id AND NOT i.active AND i.file_hash IS NOT NULL
  AND NOT (s.spec ->> 'dry_run')::boolean
  AND NOT EXISTS (SELECT FROM intake o WHERE o.active AND o.file_hash = i.file_hash)
"""
