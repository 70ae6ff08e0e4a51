"""``/categories`` and what a person chooses: which is never overwritten, and teaches."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.choosing import choose
from api.classifier_models import (
    CategoryChoice,
    CategoryConfirm,
    CategoryInfo,
    CategoryList,
    ChoiceInfo,
    ChoiceList,
    Chosen,
    ChosenList,
)
from api.context import ContextDep, Reading
from api.price_models import Paged
from api.problems import Problem
from api.responses import reads, starts
from api.security import Manager, Reader
from projections.queries import classification

router = APIRouter(tags=["classification"])


@router.get("/categories", responses=reads())
async def list_categories(_: Reader, connection: Reading) -> CategoryList:
    """Every category that is in use or known, by name."""
    found = await classification.categories(connection)
    return CategoryList(items=[CategoryInfo(**row) for row in found])


@router.put("/transactions/{transaction_id:uuid}/category", responses=starts(404))
async def choose_category(
    transaction_id: UUID, wanted: CategoryChoice, user: Manager, context: ContextDep
) -> Chosen:
    """Choose or confirm the category of a transaction: no import, no rule and no model changes it any more,
    and those with the same counterparty learn from it."""
    async with context.engine.begin() as connection:
        [found] = await choose(connection, [transaction_id], wanted.category, user.id)
    if found.result == "unknown":
        raise unknown(transaction_id)
    return found


@router.post("/transactions/confirm-categories", responses=starts())
async def confirm_categories(wanted: CategoryConfirm, user: Manager, context: ContextDep) -> ChosenList:
    """Confirm up to 500 at once: what was decided for each, or one category for all."""
    async with context.engine.begin() as connection:
        return ChosenList(items=await choose(connection, wanted.ids, wanted.category, user.id))


@router.get("/transactions/{transaction_id:uuid}/category-history", responses=reads(404))
async def category_history(
    transaction_id: UUID, _: Reader, connection: Reading, query: Annotated[Paged, Query()]
) -> ChoiceList:
    """What persons chose for a transaction and what stood there before, the latest first."""
    wanted = {"transaction_id": transaction_id}
    if not await classification.transaction_known(connection, transaction_id):
        raise unknown(transaction_id)
    page = await classification.CHOICES.page(connection, wanted, query.cursor, query.limit)
    return ChoiceList(items=[ChoiceInfo(**row) for row in page.items], next_cursor=page.next_cursor)


def unknown(transaction_id: UUID) -> Problem:
    return Problem(404, "transaction_unknown", field="transaction_id", transaction_id=str(transaction_id))
