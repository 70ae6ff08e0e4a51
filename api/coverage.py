"""``GET /accounts/coverage``: which days of the own accounts are there, and where balances do not meet."""

from dataclasses import asdict
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.context import ContextDep, Reading
from api.models import EARLIEST, LATEST, Day, Money
from api.problems import Problem, check_period
from api.responses import reads
from api.security import Reader
from domain.coverage import DayStatus
from infra.clock import today
from projections.queries import coverage

router = APIRouter(tags=["accounts"], prefix="/accounts")

MOST_DAYS = 400
_USUAL_DAYS = 31


class CoverageQuery(BaseModel):
    """Query of ``GET /accounts/coverage``: at most 400 days, both ends included; without days the last 31."""

    model_config = ConfigDict(extra="forbid")

    date_from: Day | None = Field(default=None, ge=EARLIEST, le=LATEST)
    date_to: Day | None = Field(default=None, ge=EARLIEST, le=LATEST)
    account: str | None = Field(default=None, min_length=1, max_length=64, pattern=r"^[^\x00]*$")
    cursor: str | None = Field(default=None, max_length=500)
    limit: int = Field(default=10, ge=1, le=50)


class CoveredDay(BaseModel):
    """``loaded``: there are documents. ``empty``: a statement covers the day and has none. ``gap``: between
    two statements. ``balance_break``: the day begins with another balance than the statement before had ended
    with. ``difference`` says by how much the balance has moved unexplained, in a gap too."""

    day: date
    status: DayStatus
    documents: int
    difference: Money | None
    tasks: list[str]


class CoveredAccount(BaseModel):
    """An own account; days before its first statement and after its last are not listed."""

    account: str
    days: list[CoveredDay]


class CoverageList(BaseModel):
    date_from: date
    date_to: date
    items: list[CoveredAccount]
    next_cursor: str | None


@router.get("/coverage", responses=reads())
async def get_coverage(
    _: Reader, connection: Reading, context: ContextDep, query: Annotated[CoverageQuery, Query()]
) -> CoverageList:
    """Own accounts by their numbers, a day each: which tasks cover it and what is missing."""
    zone = context.settings.onec_timezone
    last = query.date_to or today(context.settings.onec_zone)
    first = query.date_from or last - timedelta(days=_USUAL_DAYS - 1)
    check_period(first, last)
    if (last - first).days >= MOST_DAYS:
        raise Problem(422, "period_too_long", field="date_from", days=MOST_DAYS)
    page = await coverage.listed(
        connection, first, last, zone, query.cursor, query.limit, account=query.account
    )
    items = [
        CoveredAccount(account=one.account, days=[CoveredDay(**asdict(day)) for day in one.days])
        for one in page.items
    ]
    return CoverageList(date_from=first, date_to=last, items=items, next_cursor=page.next_cursor)
