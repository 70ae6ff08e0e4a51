"""``/duplicates``: payments that may be there twice, from bank and 1C, and many decisions at once."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.context import ContextDep, LanguageDep, Reading
from api.deciding import Decision, DecisionInfo, Result, Said, Settled, settle
from api.models import EARLIEST, LATEST, Day, Direction, Money
from api.problems import check_period
from api.responses import reads, starts
from api.security import Manager, Reader
from infra.wording import Language, word
from projections.queries import pairs

router = APIRouter(tags=["bank transactions"], prefix="/duplicates")

MOST_DECISIONS = 500


class PairQuery(BaseModel):
    """Query of ``GET /duplicates``: ``task_id`` brought one of both, days are those of the bank's row."""

    model_config = ConfigDict(extra="forbid")

    task_id: UUID | None = None
    account: str | None = Field(default=None, min_length=1, max_length=64, pattern=r"^[^\x00]*$")
    date_from: Day | None = Field(default=None, ge=EARLIEST, le=LATEST)
    date_to: Day | None = Field(default=None, ge=EARLIEST, le=LATEST)
    cursor: str | None = Field(default=None, max_length=500)
    limit: int = Field(default=50, ge=1, le=500)


class PairHalf(BaseModel):
    """One of both, as its source tells it."""

    id: UUID
    number: str
    booked_on: date
    counterparty_name: str
    counterparty_inn: str
    purpose: str
    task_id: UUID
    row_no: int


class WaitingPair(BaseModel):
    """A bank's row and a document of 1C with the same money, at most two days apart, undecided. ``alone``:
    neither of them may be anybody else's partner."""

    account: str
    amount: Money
    currency: str
    direction: Direction
    bank: PairHalf
    onec: PairHalf
    file_name: str | None
    days_apart: int
    same_number: bool
    same_inn: bool
    alone: bool


class PairList(BaseModel):
    """``total`` counts all that the filters let through, not only this page; past the end it is 0."""

    items: list[WaitingPair]
    total: int
    next_cursor: str | None


class PairDecision(BaseModel):
    """Two transactions, whichever way round, and what is said of them."""

    model_config = ConfigDict(extra="forbid")

    one: UUID
    other: UUID
    decision: Decision


class DecisionsRequest(BaseModel):
    """They are decided in this order: a partner may be given back and given to another at once."""

    model_config = ConfigDict(extra="forbid")

    pairs: list[PairDecision] = Field(min_length=1, max_length=MOST_DECISIONS)


class DecisionResult(BaseModel):
    """``already_paired`` and ``pair_unknown`` changed nothing; ``message`` says why."""

    one: UUID
    other: UUID
    result: Result
    message: str | None
    decision: DecisionInfo | None


class DecisionsList(BaseModel):
    """As many as were asked for, in their order."""

    items: list[DecisionResult]


@router.get("", responses=reads())
async def list_pairs(_: Reader, connection: Reading, query: Annotated[PairQuery, Query()]) -> PairList:
    """Pairs that wait for a person, the latest day first."""
    if query.date_from and query.date_to:
        check_period(query.date_from, query.date_to)
    wanted = pairs.PairFilter(**query.model_dump(exclude={"cursor", "limit"}))
    found = await pairs.waiting(connection, wanted, query.cursor, query.limit)
    items = [_pair(row) for row in found.page.items]
    return PairList(items=items, total=found.total, next_cursor=found.page.next_cursor)


@router.post("/decisions", responses=starts())
async def decide_pairs(
    wanted: DecisionsRequest, user: Manager, context: ContextDep, language: LanguageDep
) -> DecisionsList:
    """Say of up to 500 pairs whether each is one payment, in one transaction; asked again it changes
    nothing."""
    said = [Said(one.one, one.other, one.decision) for one in wanted.pairs]
    async with context.engine.begin() as connection:
        settled = await settle(connection, said, user)
    return DecisionsList(
        items=[_result(one, became, language) for one, became in zip(said, settled, strict=True)]
    )


def _pair(row: Mapping[str, Any]) -> WaitingPair:
    return WaitingPair(**{**row, "bank": PairHalf(**row["bank"]), "onec": PairHalf(**row["onec"])})


def _result(said: Said, became: Settled, language: Language) -> DecisionResult:
    pair = {"one": str(said.one), "other": str(said.other)}
    refused = became.result in ("already_paired", "pair_unknown")
    return DecisionResult(
        one=said.one,
        other=said.other,
        result=became.result,
        message=word(became.result, pair, language) if refused else None,
        decision=became.decision,
    )
