"""``GET /tasks/{id}/impact``: what stands on a task, and what it stands on (причина и следствие)."""

from collections.abc import Mapping
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


How = Literal[
    "changed",
    "brought",
    "priced",
    "listed",
    "component",
    "quotes",
    "stock",
    "rates",
    "linked",
    "contractor",
    "classified",
    "reclassified",
]


class Related(BaseModel):
    """Another task and how it is connected, by so many rows: it ``changed`` or ``brought`` the same rows;
    prices (``priced``), price lists (``listed``), and what they are made of (``component``, ``quotes``,
    ``stock``, ``rates``); transactions ``linked`` to contractors (``contractor``), ``classified`` by a
    model or ``reclassified`` by a task. ``kind`` is null where cleanup removed it."""

    task_id: UUID
    how: How
    rows: int
    link: str = Field(description="The task itself.")
    kind: str | None
    status: Status | None
    outcome: str | None
    created_at: datetime | None


class Impact(BaseModel):
    """At most 500 tasks each way, the newest first."""

    task_id: UUID
    standing_on: list[Related] = Field(
        description="Wrote over its rows, brought the same, made prices and price lists of them, or has"
        " transactions that are linked to them or classified by them."
    )
    stands_on: list[Related] = Field(
        description="What it wrote over or brought as well, was made of, links to, or was classified by."
    )


@router.get("/tasks/{task_id:uuid}/impact", responses=reads(404))
async def get_impact(task_id: UUID, _: Reader, connection: Reading) -> Impact:
    """Which recalculations, price lists, transactions and imports stand on this task, and on which imports it
    stands: as far as the tables say it now."""
    row = await found(connection, task_id)
    since: Any = datetime.fromisoformat(str(row.task["created_at"]))
    kind = str(row.task["kind"])
    later = await impact.standing_on(connection, task_id, kind, since)
    earlier = await impact.stands_on(connection, task_id, kind)
    return Impact(
        task_id=task_id,
        standing_on=[_related(one) for one in later],
        stands_on=[_related(one) for one in earlier],
    )


def _related(row: Mapping[str, Any]) -> Related:
    return Related(**row, link=f"/api/v1/tasks/{row['task_id']}")
