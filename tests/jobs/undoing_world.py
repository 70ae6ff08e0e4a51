"""Imports into a real PostgreSQL, and their undo: as an importer does both, without Kafka."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg

from jobs.base import Batch, BatchResult, Kind, Row, TaskSpec
from jobs.kinds.contractor_rows import ContractorWriter, IncomingContractor
from jobs.kinds.registry import kind_named
from jobs.kinds.transaction_copy import Incoming
from jobs.kinds.transaction_rows import TransactionWriter
from jobs.records import Contractor, Transaction
from jobs.undoing import Decided, undoing_of
from processors.importer.giving_back import give_back_rows, list_rows

Connection = psycopg.AsyncConnection[Any]
TABLES = (
    "bank_transaction, repeated_transaction, duplicate_decision, contractor, contractor_change, component,"
    " part_number, quote, stock_lot, currency_rate, price_history, row_before, carried_row, unknown_before,"
    " undo_row, undo_conflict"
)
DAY = date(2025, 3, 3)
# A row that 1C has deleted.
GONE = "gone"


def task_no(number: int) -> str:
    """Ids in the order of their numbers, as ids are in the order of time."""
    return str(UUID(int=number, version=4))


async def emptied(connection: Connection) -> None:
    await connection.execute(f"TRUNCATE {TABLES} RESTART IDENTITY CASCADE")
    await connection.commit()


def batch_of(kind: str, task: int, rows: Sequence[Row] = (), source: str = "file") -> Batch:
    """The batch number is of no account here."""
    spec = TaskSpec(task_no(task), 1, kind, {}, {"type": "upload"})
    return Batch(spec, 1, 1, list(rows), {}, {"source": source})


async def imported(connection: Connection, kind: str, task: int, *rows: Row) -> BatchResult:
    """One batch of a table, in a transaction of its own."""
    async with connection.transaction():
        return await kind_of(kind).write(connection, batch_of(kind, task, rows))


async def documents(connection: Connection, task: int, rows: Mapping[str, str], source: str = "onec") -> None:
    """Bank transactions by number, with their purpose, which is their DataVersion in 1C."""
    incoming = [
        Incoming(row_no, transaction(number, said, source))
        for row_no, (number, said) in enumerate(sorted(rows.items()), 1)
    ]
    incoming.sort(key=lambda row: row.transaction.key)
    async with connection.transaction():
        await TransactionWriter().write(
            connection, batch_of("bank_transactions", task, source=source), incoming
        )


def transaction(number: str, said: str, source: str = "onec") -> Transaction:
    return Transaction(
        key=number.ljust(16).encode(),
        number=number,
        date=DAY,
        booked_on=DAY,
        direction="out",
        amount=Decimal("1500.00"),
        currency="RUB",
        account="40702810000000000001",
        counterparty_name="ООО Ромашка",
        counterparty_inn="7700000005",
        counterparty_kpp="",
        counterparty_account="",
        purpose=said,
        data_version=said if source == "onec" else None,
        retracted=said == GONE,
    )


async def firms(connection: Connection, task: int, rows: Mapping[str, str]) -> None:
    """Contractors of 1C by code, with their name, which is their DataVersion."""
    incoming = [
        IncomingContractor(
            row_no,
            Contractor(
                key=code.ljust(16).encode(),
                code=code,
                name=f"{code} {said}",
                full_name=said,
                kind="company",
                inn="",
                kpp="",
                okpo="",
                data_version=said,
                retracted=said == GONE,
            ),
        )
        for row_no, (code, said) in enumerate(sorted(rows.items()), 1)
    ]
    async with connection.transaction():
        await ContractorWriter().write(connection, batch_of("contractors", task, source="onec"), incoming)


async def undone(
    connection: Connection, kind: str, task: int, *, force: bool = False, most: int = 1000
) -> list[Decided]:
    """Give everything back, ``most`` rows a transaction; what became of each row."""
    how = undoing_of(kind_of(kind))
    assert how is not None
    async with connection.transaction():
        total = await list_rows(connection, how, task_no(task))
    done: list[Decided] = []
    for place in range(0, total, most):
        async with connection.transaction():
            done += await give_back_rows(connection, how, task_no(task), place, place + most, force=force)
    return done


def became(done: Sequence[Decided]) -> dict[str, tuple[str, str | None]]:
    """By what a person knows the row by: what was done, and why not what was asked."""
    return {one.row.shown: (one.action, one.reason) for one in done}


async def left_behind(connection: Connection) -> int:
    """Before-images and marks."""
    found = await connection.execute(
        "SELECT (SELECT count(*) FROM row_before) + (SELECT count(*) FROM carried_row)"
        " + (SELECT count(*) FROM repeated_transaction)"
    )
    row = await found.fetchone()
    assert row is not None
    return int(row[0])


async def every(connection: Connection, statement: str) -> list[tuple[Any, ...]]:
    return await (await connection.execute(statement)).fetchall()


def kind_of(name: str) -> Kind:
    return kind_named(name)
