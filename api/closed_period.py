"""``/closed-period``: up to which day bookings are closed (дата запрета изменения)."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import text

from api import access
from api.closing import LONGEST, SHORTEST
from api.context import ContextDep, Reading
from api.models import EARLIEST, LATEST, Day
from api.price_models import Paged
from api.responses import reads, starts
from api.security import Admin, Reader
from infra.closed_period import LOCK
from projections.queries import closed_period

router = APIRouter(tags=["closed period"], prefix="/closed-period")

Reason = Annotated[
    str,
    StringConstraints(
        min_length=SHORTEST, max_length=LONGEST, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$"
    ),
]


class ClosedPeriodRequest(BaseModel):
    """``closed_until`` is the last closed day; null opens everything."""

    model_config = ConfigDict(extra="forbid")

    closed_until: Day | None = Field(ge=EARLIEST, le=LATEST)
    reason: Reason


class ClosedPeriodInfo(BaseModel):
    """Bookings up to ``closed_until``, that day included, are closed; null = none are. Who said so, when and
    why: null where nobody ever has."""

    closed_until: date | None
    reason: str | None = None
    set_by: str | None = None
    set_at: datetime | None = None


class ClosedPeriodHistory(BaseModel):
    items: list[ClosedPeriodInfo]
    next_cursor: str | None


class OverrideInfo(BaseModel):
    """An administrator's reason to touch the closed period; ``task_id`` is the task that it was given for, of
    a bulk operation that itself. ``id`` is what the task's events have as ``closed_period_override``."""

    id: UUID
    task_id: UUID
    request: Literal["submit", "replay", "undo"]
    reason: str
    given_by: str
    given_at: datetime


class OverrideList(BaseModel):
    items: list[OverrideInfo]
    next_cursor: str | None


class OverrideQuery(Paged):
    task_id: UUID | None = None


_SET = "INSERT INTO closed_period (closed_until, reason, set_by) VALUES (:until, :reason, :by)"


@router.get("", responses=reads())
async def get_closed_period(_: Reader, connection: Reading) -> ClosedPeriodInfo:
    """Up to which day bookings are closed now."""
    row = await closed_period.latest(connection)
    return ClosedPeriodInfo(closed_until=None) if row is None else ClosedPeriodInfo(**row)


@router.put("", responses=starts())
async def set_closed_period(
    wanted: ClosedPeriodRequest, request: Request, user: Admin, context: ContextDep
) -> ClosedPeriodInfo:
    """Close bookings up to a day, or open them. Answers when batches that were being written are in: what
    comes after is judged by the new day, also of imports that run."""
    async with context.engine.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        before = await closed_period.latest(connection)
        asked = {"until": wanted.closed_until, "reason": wanted.reason, "by": user.id}
        await connection.execute(text(_SET), asked)
        row = await closed_period.latest(connection)
        assert row is not None
        said = {"closed_until": wanted.closed_until, "change": row["id"]}
        said |= {"before": before["closed_until"]} if before else {}
        await access.write(connection, request, user, "access.closed_period_set.v1", None, said)
    return ClosedPeriodInfo(**row)


@router.get("/history", responses=reads())
async def list_closed_periods(
    _: Reader, connection: Reading, query: Annotated[Paged, Query()]
) -> ClosedPeriodHistory:
    """Every day that was ever set, the latest first."""
    page = await closed_period.CHANGES.page(connection, {}, query.cursor, query.limit)
    return ClosedPeriodHistory(
        items=[ClosedPeriodInfo(**row) for row in page.items], next_cursor=page.next_cursor
    )


@router.get("/overrides", responses=reads())
async def list_overrides(
    _: Reader, connection: Reading, query: Annotated[OverrideQuery, Query()]
) -> OverrideList:
    """Who was let into the closed period, when and why, the latest first."""
    wanted = {"task_id": query.task_id}
    page = await closed_period.OVERRIDES.page(connection, wanted, query.cursor, query.limit)
    return OverrideList(items=[OverrideInfo(**row) for row in page.items], next_cursor=page.next_cursor)
