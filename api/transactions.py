"""``GET /bank-transactions``: what was imported."""

from typing import Annotated

from fastapi import APIRouter, Query

from api import shown
from api.audit_models import BankTransactionList
from api.context import Reading
from api.models import BankFilter
from api.problems import Problem, check_period
from api.responses import reads
from api.security import Reader
from projections.queries import transactions
from projections.queries.transactions import TransactionFilter

router = APIRouter(tags=["bank transactions"])


@router.get("/bank-transactions", responses=reads())
async def list_bank_transactions(
    _: Reader, connection: Reading, query: Annotated[BankFilter, Query()]
) -> BankTransactionList:
    """Bank transactions, latest booking date first."""
    if query.date_from and query.date_to:
        check_period(query.date_from, query.date_to)
    if query.amount_from is not None and query.amount_to is not None and query.amount_from > query.amount_to:
        raise Problem(422, "amounts_reversed", field="amount_to")
    wanted = TransactionFilter(**query.model_dump(exclude={"cursor", "limit"}))
    page = await transactions.listed(connection, wanted, query.cursor, query.limit)
    items = [shown.transaction_info(row) for row in page.items]
    return BankTransactionList(items=items, next_cursor=page.next_cursor)
