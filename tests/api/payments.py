"""Rows as imports leave them, put there by hand."""

from typing import Any
from uuid import uuid4

import psycopg

from infra.clock import new_id
from tests.api.installation import Installation

_TRANSACTION = """
INSERT INTO bank_transaction (key, number, date, booked_on, direction, amount, currency, account,
    counterparty_name, counterparty_inn, counterparty_kpp, counterparty_account, purpose, data_version,
    task_id, row_no)
VALUES (%s, %s, '2025-03-03', %s, %s, %s, 'RUB', %s, 'кто-то', '', '', %s, '', %s, %s, 1)
RETURNING id::text
"""


def own_account() -> str:
    """One that no other test has."""
    return f"40702{uuid4().int % 10**15:015d}"


async def run(api: Installation, statement: str, *values: Any) -> list[Any]:
    async with await psycopg.AsyncConnection.connect(api.settings.libpq_url, autocommit=True) as connection:
        found = await connection.execute(statement, list(values))
        return await found.fetchall() if found.description else []


async def added(
    api: Installation,
    account: str,
    *,
    onec: bool,
    number: str = "1",
    day: str = "2025-03-03",
    amount: int = 10,
    direction: str = "out",
    other: str = "2",
) -> str:
    """A transaction of 1C or of a bank's file."""
    values = (uuid4(), number, day, direction, amount, account, other, "AAAA" if onec else None, new_id())
    [row] = await run(api, _TRANSACTION, *values)
    return str(row[0])
