"""Bank transactions as they were imported."""

from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from projections.queries import paging
from projections.queries.lists import Listing

_CONDITIONS = {
    "task_id": "task_id = :task_id",
    "date_from": "booked_on >= :date_from",
    "date_to": "booked_on <= :date_to",
    "direction": "direction = :direction",
    "account": "(account = :account OR counterparty_account = :account)",
    "amount_from": "amount >= :amount_from",
    "amount_to": "amount <= :amount_to",
    "category": "category = :category",
    "inn": "counterparty_inn = :inn",
    "contractor_id": "c.contractor_id = :contractor_id",
    "q": "(purpose ILIKE :q OR counterparty_name ILIKE :q OR number ILIKE :q)",
}


# Found when it is looked at, so that it does not matter which of the two was imported first.
_CONTRACTOR = """
LEFT JOIN LATERAL (
    SELECT (array_agg(o.id ORDER BY o.kpp = t.counterparty_kpp DESC))[1] AS contractor_id,
           (array_agg(o.name ORDER BY o.kpp = t.counterparty_kpp DESC))[1] AS contractor_name
    FROM contractor o WHERE o.inn = t.counterparty_inn AND t.counterparty_inn <> '' AND NOT o.retracted
    AND o.inn <> ''
    HAVING count(*) = 1 OR count(*) FILTER (WHERE o.kpp = t.counterparty_kpp) = 1
) c ON true
"""


@dataclass(frozen=True, slots=True)
class TransactionFilter:
    """Each one that is set must hold. Dates are booking dates, both ends included; ``account`` is the
    own or the counterparty's."""

    task_id: UUID | None = None
    date_from: date | None = None
    date_to: date | None = None
    direction: str | None = None
    account: str | None = None
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    category: str | None = None
    inn: str | None = None
    contractor_id: UUID | None = None
    q: str | None = None


_LIST = Listing(
    statement=f"SELECT t.*, c.* FROM bank_transaction t {_CONTRACTOR}",
    filters=_CONDITIONS,
    key={"booked_on": paging.day, "id": paging.identity},
    descending=True,
    always="NOT t.retracted",
)


async def listed(
    connection: AsyncConnection, wanted: TransactionFilter, cursor: str | None = None, limit: int = 50
) -> paging.Page:
    """A page of transactions, latest booking date first. Those that 1C took back are not shown."""
    return await _LIST.page(connection, asdict(wanted), cursor, limit)
