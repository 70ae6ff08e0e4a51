"""A closed period in PostgreSQL, as the API leaves it, and tasks that may touch it."""

from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from infra.clock import new_id

UNTIL = date(2025, 3, 31)


async def close(engine: AsyncEngine, until: date | None = UNTIL) -> None:
    async with engine.begin() as connection:
        await connection.execute(
            text("INSERT INTO closed_period (closed_until, reason, set_by) VALUES (:until, 'test', :by)"),
            {"until": until, "by": new_id()},
        )


async def override(engine: AsyncEngine, task_id: str, *, known: bool = True) -> str:
    """Let a task's attempt in, as an administrator's request does; ``known``: a reason is kept."""
    reason = new_id()
    async with engine.begin() as connection:
        if known:
            await connection.execute(
                text(
                    "INSERT INTO closed_period_override (id, task_id, request, reason, given_by)"
                    " VALUES (:id, :task, 'submit', 'test', :id)"
                ),
                {"id": reason, "task": task_id},
            )
        await connection.execute(
            text(
                "UPDATE task_state SET state = jsonb_set(state, '{work,closed_period_override}',"
                " to_jsonb(CAST(:id AS text))) WHERE task_id = :task"
            ),
            {"id": reason, "task": task_id},
        )
    return reason
