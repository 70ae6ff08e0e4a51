"""1C's rows follow their DataVersion; what a person chose and what was never imported stay as they are."""

from collections.abc import AsyncIterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from events.records import Counts
from infra.clock import new_id
from jobs.base import Batch, TaskSpec
from jobs.classify import Decision
from jobs.kinds.transaction_copy import Incoming
from jobs.kinds.transaction_rows import TransactionWriter
from jobs.records import Transaction

pytestmark = pytest.mark.integration

TASK = TaskSpec(new_id(), 1, "bank_transactions", {}, {})
BATCH = Batch(TASK, 1, 1, [], {}, {"source": "onec"})
ROW = Transaction(
    key=b"k" * 16,
    number="17",
    date=date(2025, 3, 3),
    booked_on=date(2025, 3, 3),
    direction="out",
    amount=Decimal("1500.00"),
    currency="RUB",
    account="40702810000000000001",
    counterparty_name='ООО "Ромашка\\Лютик"',
    counterparty_inn="",
    counterparty_kpp="",
    counterparty_account="",
    purpose="Аренда\tза март\nи апрель\r",
    data_version="AAAA",
)


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    async with await psycopg.AsyncConnection.connect(database_url) as made:
        yield made
        await made.rollback()


async def write(connection: psycopg.AsyncConnection[Any], *rows: Transaction, how: str = "preset") -> Counts:
    incoming = [Incoming(n, row, Decision("Аренда", how, 0.6)) for n, row in enumerate(rows, 1)]
    return await TransactionWriter().write(connection, BATCH, incoming)


async def stored(connection: psycopg.AsyncConnection[Any], columns: str) -> Sequence[Any]:
    found = await (await connection.execute(f"SELECT {columns} FROM bank_transaction")).fetchall()
    return found


async def test_every_character_arrives_as_it_was(connection: psycopg.AsyncConnection[Any]) -> None:
    assert await write(connection, ROW) == Counts(created=1)
    assert await stored(connection, "purpose, counterparty_name, amount") == [
        (ROW.purpose, ROW.counterparty_name, ROW.amount)
    ]


async def test_the_same_version_is_unchanged_and_a_new_one_updates(
    connection: psycopg.AsyncConnection[Any],
) -> None:
    await write(connection, ROW)
    assert await write(connection, ROW) == Counts(unchanged=1)
    changed = ROW._replace(data_version="BBBB", amount=Decimal("2.00"))
    assert await write(connection, changed) == Counts(updated=1)
    assert await stored(connection, "amount") == [(Decimal("2.00"),)]


async def test_deleted_in_1c_is_retracted_once_and_comes_back_when_restored(
    connection: psycopg.AsyncConnection[Any],
) -> None:
    await write(connection, ROW)
    gone = ROW._replace(data_version="BBBB", retracted=True)
    assert await write(connection, gone) == Counts(retracted=1)
    assert await write(connection, gone) == Counts(unchanged=1)
    assert await write(connection, ROW._replace(data_version="CCCC")) == Counts(updated=1)
    assert await stored(connection, "retracted") == [(False,)]


async def test_what_was_deleted_before_it_was_imported_is_skipped(
    connection: psycopg.AsyncConnection[Any],
) -> None:
    assert await write(connection, ROW._replace(retracted=True)) == Counts(skipped=1)
    assert await stored(connection, "key") == []


async def test_a_person_s_category_is_never_overwritten(connection: psycopg.AsyncConnection[Any]) -> None:
    await write(connection, ROW)
    await connection.execute("UPDATE bank_transaction SET category = 'Склад', classified_by = 'person'")
    await write(connection, ROW._replace(data_version="BBBB"))
    assert await stored(connection, "category, classified_by, data_version") == [("Склад", "person", "BBBB")]


async def test_a_row_shown_twice_in_one_batch_is_written_once(
    connection: psycopg.AsyncConnection[Any],
) -> None:
    assert await write(connection, ROW, ROW) == Counts(created=1, duplicate=1)
