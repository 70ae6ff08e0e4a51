"""Bank transactions as they were imported."""

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from projections.queries import paging

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


async def listed(
    connection: AsyncConnection, wanted: TransactionFilter, cursor: str | None = None, limit: int = 50
) -> paging.Page:
    """A page of transactions, latest booking date first. Those that 1C took back are not shown."""
    conditions = ["NOT t.retracted"]
    parameters: dict[str, Any] = {"most": limit + 1}
    for name in (field.name for field in fields(wanted)):
        value = getattr(wanted, name)
        if value is not None:
            conditions.append(_CONDITIONS[name])
            parameters[name] = paging.like(value) if name == "q" else value
    if cursor is not None:
        parameters["at"], parameters["after"] = paging.decode(cursor, paging.day, paging.identity)
        conditions.append("(booked_on, id) < (:at, :after)")
    statement = (
        f"SELECT t.*, c.* FROM bank_transaction t {_CONTRACTOR} WHERE {' AND '.join(conditions)}"
        " ORDER BY booked_on DESC, id DESC LIMIT :most"
    )
    found = await connection.execute(text(statement), parameters)
    return paging.page(
        [dict(row) for row in found.mappings()], limit, lambda row: (row["booked_on"], row["id"])
    )
