"""``GET /tasks/{id}/impact``: what stands on a task, and what it stands on (причина и следствие)."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.context import Reading
from api.responses import reads
from api.security import Reader
from api.tasks import found
from projections.queries import impact
from projections.view import Status

router = APIRouter(tags=["tasks"])


class Related(BaseModel):
    """Another task and how it is connected, by so many rows. ``kind`` is null where cleanup removed it."""

    task_id: UUID
    how: Literal["changed", "brought", "priced", "listed", "component", "quotes", "stock"]
    rows: int
    kind: str | None
    status: Status | None
    outcome: str | None
    created_at: datetime | None


class Impact(BaseModel):
    """At most 500 tasks each way, the newest first."""

    task_id: UUID
    standing_on: list[Related] = Field(
        description="Wrote over its rows, brought the same, or made prices and price lists of them since."
    )
    stands_on: list[Related] = Field(description="What it wrote over, or was made of.")


@router.get("/tasks/{task_id:uuid}/impact", responses=reads(404))
async def get_impact(task_id: UUID, _: Reader, connection: Reading) -> Impact:
    """Which recalculations, price lists and imports stand on this task, and on which imports it stands: as
    far as the tables say it now."""
    row = await found(connection, task_id)
    since: Any = datetime.fromisoformat(str(row.task["created_at"]))
    later = await impact.standing_on(connection, task_id, since)
    earlier = await impact.stands_on(connection, task_id)
    return Impact(
        task_id=task_id,
        standing_on=[Related(**one) for one in later],
        stands_on=[Related(**one) for one in earlier],
    )
