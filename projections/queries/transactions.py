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
    "q": "(purpose ILIKE :q OR counterparty_name ILIKE :q OR number ILIKE :q)",
}


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
    q: str | None = None


async def listed(
    connection: AsyncConnection, wanted: TransactionFilter, cursor: str | None = None, limit: int = 50
) -> paging.Page:
    """A page of transactions, latest booking date first. Those that 1C took back are not shown."""
    conditions = ["NOT retracted"]
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
        f"SELECT * FROM bank_transaction WHERE {' AND '.join(conditions)}"
        " ORDER BY booked_on DESC, id DESC LIMIT :most"
    )
    found = await connection.execute(text(statement), parameters)
    return paging.page(
        [dict(row) for row in found.mappings()], limit, lambda row: (row["booked_on"], row["id"])
    )
