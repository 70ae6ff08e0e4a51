"""Imports into a real PostgreSQL, and their undo: as an importer does both, without Kafka."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg

from domain.undo import Action
from jobs.base import Batch, BatchResult, Kind, Row, TaskSpec
from jobs.kinds.registry import kind_named
from jobs.undoing import Decided, undoing_of
from processors.importer.giving_back import give_back_rows, list_rows

Connection = psycopg.AsyncConnection[Any]
TABLES = (
    "bank_transaction, repeated_transaction, duplicate_decision, contractor, contractor_change, component, part_number,"
    " quote, stock_lot, currency_rate, price_history, row_before, carried_row, unknown_before, undo_row,"
    " undo_conflict"
)


def task_no(number: int) -> str:
    """Ids in the order of their numbers, as ids are in the order of time."""
    return str(UUID(int=number, version=4))


async def emptied(connection: Connection) -> None:
    await connection.execute(f"TRUNCATE {TABLES} RESTART IDENTITY CASCADE")
    await connection.commit()


async def imported(
    connection: Connection,
    kind: str,
    task_id: str,
    rows: Sequence[Row],
    context: dict[str, Any] | None = None,
    **params: Any,
) -> BatchResult:
    """One batch of a task, in a transaction of its own; the batch number is of no account here."""
    task = TaskSpec(task_id, 1, kind, params, {"type": "upload"})
    async with connection.transaction():
        return await kind_of(kind).write(connection, Batch(task, 1, 1, list(rows), {}, context or {}))


async def undone(
    connection: Connection, kind: str, task_id: str, *, force: bool = False, most: int = 1000
) -> list[Decided]:
    """Give everything back, ``most`` rows a transaction; what became of each row."""
    how = undoing_of(kind_of(kind))
    assert how is not None
    async with connection.transaction():
        total = await list_rows(connection, how, task_id)
    done: list[Decided] = []
    for place in range(0, total, most):
        async with connection.transaction():
            done += await give_back_rows(connection, how, task_id, place, place + most, force=force)
    return done


def conflicts(done: Sequence[Decided]) -> dict[str, tuple[str, Action, str | None]]:
    """By what a person knows the row by: reason, action, the other task."""
    return {one.row.shown: (one.reason, one.action, one.row.other_task) for one in done if one.reason}


def kind_of(name: str) -> Kind:
    return kind_named(name)
