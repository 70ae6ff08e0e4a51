"""A lot and a quote belong to a component that is there, whoever deletes one at the same time."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest

from tests.databases import emptied
from tests.jobs import pricing
from tests.jobs.pricing import Connection

pytestmark = pytest.mark.integration

_LOT = """
INSERT INTO stock_lot (key, component_id, number, warehouse, lot, unit, quantity, currency, task_id, row_no)
VALUES (uuidv7(), %s, '1', 'Основной', '', 'шт', 1, 'RUB', uuidv7(), 1)
"""
_QUOTE = """
INSERT INTO quote (key, component_id, supplier, kind, price, currency, quantity, day, task_id, row_no)
VALUES (uuidv7(), %s, 'Поставщик', 'supplier', 1, 'RUB', 1, '2025-03-03', uuidv7(), 1)
"""
_DELETE = "DELETE FROM component WHERE id = %s"
_WAITING = "SELECT wait_event_type FROM pg_stat_activity WHERE pid = %s"


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[Connection]:
    async with emptied(database_url, pricing.TABLES) as made:
        yield made


@pytest.fixture
async def other(database_url: str) -> AsyncIterator[Connection]:
    async with await psycopg.AsyncConnection.connect(database_url) as made:
        yield made


async def _waits(connection: Connection, other: Connection) -> None:
    """Return when the other connection waits for a lock of somebody."""
    async with asyncio.timeout(20):
        while True:
            found = await (await connection.execute(_WAITING, [other.info.backend_pid])).fetchone()
            if found == ("Lock",):
                return
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("insert", [_LOT, _QUOTE])
async def test_a_component_that_is_not_there_is_refused(connection: Connection, insert: str) -> None:
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        await connection.execute(insert, [7])


@pytest.mark.parametrize("table", ["stock_lot", "quote"])
async def test_a_row_is_not_given_to_an_unknown_component(connection: Connection, table: str) -> None:
    known = await pricing.component(connection, "А-1")
    await connection.execute(_LOT if table == "stock_lot" else _QUOTE, [known])
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        await connection.execute(f"UPDATE {table} SET component_id = component_id + 1")


@pytest.mark.parametrize("insert", [_LOT, _QUOTE])
async def test_a_component_that_is_used_is_not_deleted(connection: Connection, insert: str) -> None:
    used, free = [await pricing.component(connection, code) for code in ("А-1", "А-2")]
    await connection.execute(insert, [used])
    await connection.execute(_DELETE, [free])
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        await connection.execute(_DELETE, [used])


@pytest.mark.parametrize("insert", [_LOT, _QUOTE])
async def test_deletion_waits_for_who_writes(connection: Connection, other: Connection, insert: str) -> None:
    used = await pricing.component(connection, "А-1")
    await connection.commit()
    await connection.execute(insert, [used])
    deleting = asyncio.create_task(other.execute(_DELETE, [used]))
    await _waits(connection, other)
    await connection.commit()
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        await deleting


@pytest.mark.parametrize("insert", [_LOT, _QUOTE])
async def test_who_writes_waits_for_a_deletion(
    connection: Connection, other: Connection, insert: str
) -> None:
    gone = await pricing.component(connection, "А-1")
    await connection.commit()
    await connection.execute(_DELETE, [gone])
    writing = asyncio.create_task(other.execute(insert, [gone]))
    await _waits(connection, other)
    await connection.commit()
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        await writing
