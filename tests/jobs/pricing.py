"""A price desk in PostgreSQL for tests: components, quotes and rates, and a kind's work over them."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from infra.clock import new_id
from infra.objects import ObjectStore
from jobs.base import Batch, BatchResult, Kind, Row, SourceTools, Survey, TaskSpec

TABLES = (
    "component, part_number, quote, stock_lot, currency_rate, price_history, recalculated_day, pricelist,"
    " pricelist_item"
)
AS_OF = date(2025, 3, 31)
Connection = psycopg.AsyncConnection[Any]


def tools(url: str, objects: ObjectStore | None = None) -> SourceTools:
    """With a connection of its own for the source."""

    @asynccontextmanager
    async def connect() -> AsyncIterator[Connection]:
        async with await psycopg.AsyncConnection.connect(url) as made:
            yield made

    return SourceTools(objects or ObjectStore.from_url("memory:///"), str, connect=connect)


async def emptied(connection: Connection) -> None:
    await connection.execute(f"TRUNCATE {TABLES} RESTART IDENTITY CASCADE")
    await connection.commit()


async def component(connection: Connection, code: str, **fields: Any) -> int:
    row = {
        "code": code,
        "code_key": code.upper(),
        "name": f"Компонент {code}",
        "vendor": "",
        "category": "",
        "unit": "шт",
        "method": "weighted_avg",
        "manual_price": None,
        "coefficient": Decimal(1),
        "rounding": Decimal("0.01"),
        "currency": "RUB",
        "price": None,
        "task_id": new_id(),
        "row_no": 1,
    } | fields
    made = int(await _insert(connection, "component", row))
    if row["price"] is not None:
        await changed(connection, made, row["price"], AS_OF, row["currency"])
    return made


async def changed(
    connection: Connection, component_id: int, price: object, day: date, currency: str = "RUB"
) -> None:
    """A price that a recalculation of ``day`` has changed."""
    row = {
        "component_id": component_id,
        "new": Decimal(str(price)),
        "currency": currency,
        "method": "weighted_avg",
        "inputs": Jsonb({"as_of": day.isoformat()}),
        "task_id": new_id(),
    }
    await _insert(connection, "price_history", row)
    await connection.execute("UPDATE component SET price = %s WHERE id = %s", [row["new"], component_id])


async def quote(connection: Connection, component_id: int, price: object, **fields: Any) -> None:
    row = {
        "key": new_id(),
        "component_id": component_id,
        "supplier": "ООО Ромашка",
        "kind": "supplier",
        "price": Decimal(str(price)),
        "currency": "RUB",
        "quantity": Decimal(1),
        "day": AS_OF,
        "task_id": new_id(),
        "row_no": 1,
    } | fields
    await _insert(connection, "quote", row)


async def rate(connection: Connection, currency: str, day: date, value: object) -> None:
    await connection.execute(
        "INSERT INTO currency_rate VALUES (%s, %s, %s, %s, 1)", [currency, day, Decimal(str(value)), new_id()]
    )


async def lot(connection: Connection, component_id: int, quantity: object, cost: object, **more: Any) -> None:
    row = {
        "key": new_id(),
        "component_id": component_id,
        "number": "",
        "warehouse": "Основной",
        "lot": "",
        "unit": "шт",
        "quantity": Decimal(str(quantity)),
        "unit_cost": None if cost is None else Decimal(str(cost)),
        "currency": "RUB",
        "received": None,
        "task_id": new_id(),
        "row_no": 1,
    } | more
    await _insert(connection, "stock_lot", row)


async def _insert(connection: Connection, table: str, row: dict[str, Any]) -> Any:
    assert re.fullmatch("[a-z_]+", table)
    names, holes = ", ".join(row), ", ".join(["%s"] * len(row))
    returned = "id" if table != "currency_rate" else "currency"
    cursor = await connection.execute(
        f"INSERT INTO {table} ({names}) VALUES ({holes}) RETURNING {returned}", list(row.values())
    )
    found = await cursor.fetchone()
    assert found is not None
    return found[0]


async def surveyed(kind: Kind, spec: TaskSpec, with_tools: SourceTools) -> tuple[Survey, list[Row]]:
    """What the reader learns of a task: the survey and every row."""
    source = kind.source(spec, with_tools)
    survey = await source.survey()
    return survey, [row async for page in source.pages() for row in page.rows]


async def worked(
    connection: Connection, kind: Kind, spec: TaskSpec, survey: Survey, rows: Sequence[Row], size: int = 1_000
) -> list[BatchResult]:
    """All rows in batches of ``size``, the last batch first: importers take them in any order."""
    results = []
    for start in reversed(range(0, len(rows), size)):
        part = list(rows[start : start + size])
        batch = Batch(spec, start // size + 1, start + 1, part, {}, survey.context)
        async with connection.transaction():
            result = await kind.write(connection, batch)
        assert result.counts.total == len(part)
        results.append(result)
    return results[::-1]
