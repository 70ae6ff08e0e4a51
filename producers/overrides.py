"""Why an administrator lets a request touch the closed period: kept here, the log names it by its id."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID, uuid5

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

Request = Literal["submit", "replay", "undo"]


@dataclass(frozen=True, slots=True)
class Override:
    """``id`` is what the request carries; ``given_by`` a user's id."""

    id: str
    task_id: str
    request: Request
    reason: str
    given_by: str


def override_of(
    event_id: str, task_id: str, request: Request, reason: str | None, given_by: str
) -> Override | None:
    """The same request with the same words is the same override, however often it is sent."""
    if reason is None:
        return None
    return Override(str(uuid5(UUID(event_id), reason)), task_id, request, reason, given_by)


async def keep(connection: AsyncConnection, override: Override) -> None:
    """Before the request that names it is in the log."""
    await connection.execute(
        text(_KEEP),
        {
            "id": override.id,
            "task": override.task_id,
            "request": override.request,
            "reason": override.reason,
            "by": override.given_by,
        },
    )


_KEEP = """
INSERT INTO closed_period_override (id, task_id, request, reason, given_by)
VALUES (:id, :task, :request, :reason, :by) ON CONFLICT (id) DO NOTHING
"""
