"""Task kind ``stock_import``: what is in the warehouses, out of a file (остатки)."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import psycopg
from pydantic import Field

from domain.errors import Fatal, MalformedRow
from jobs.base import Batch, BatchResult, Source, SourceTools, TaskSpec, Upload
from jobs.kinds import undo_tables
from jobs.kinds.desk_rows import incoming, keyed, plain
from jobs.kinds.part_numbers import KnownParts
from jobs.kinds.upsert_sql import Upsert
from jobs.kinds.upserting import Incoming, Values, upsert
from jobs.params import TableParams
from jobs.prices import reading
from jobs.prices.columns import Columns
from jobs.prices.layouts import STOCK
from jobs.prices.matching import matched
from jobs.sources.tabular import refuse_other, tabular

LOT = Upsert(
    "stock_lot",
    ("key",),
    {
        **dict.fromkeys(("key", "component_id"), "NULL"),
        **dict.fromkeys(("number", "warehouse", "lot", "unit"), "''"),
        "quantity": "0",
        "unit_cost": "NULL",
        "currency": "'RUB'",
        "received": "NULL",
    },
)
# Of components that have none of their own: that of their lots.
_UNITS = """
SELECT component_id, min(unit) FROM stock_lot
WHERE component_id = ANY(string_to_array(%s, ',')::bigint[]) AND unit <> '' GROUP BY component_id
"""


class StockParams(TableParams):
    """``params`` of stock: the warehouse and the currency where the file does not say them."""

    free = TableParams.free | {"warehouse"}
    warehouse: str | None = Field(default=None, min_length=1, max_length=200, pattern=r"^[^\x00]*$")
    currency: str = Field(default="RUB", pattern=r"^[A-Z]{3}$")


class StockImport:
    """A file replaces what its warehouse had of the same part and lot and adds nothing to it; what it does
    not name stays. A balance below zero and a second unit for one part are rejected: both would make the
    cost of the warehouse wrong, and only a person knows what was meant."""

    name = "stock_import"
    in_order = True
    undoing = undo_tables.LOTS
    upload: Upload | None = Upload("stock", StockParams, refuse_other, STOCK)

    def source(self, task: TaskSpec, tools: SourceTools) -> Source:
        if task.source.get("type") != "upload":
            raise Fatal("source_unknown", source=str(task.source.get("type")))
        return tabular(task, tools, STOCK, "offers")

    async def write(self, connection: psycopg.AsyncConnection[Any], batch: Batch) -> BatchResult:
        columns = Columns.of(batch)
        parts = await KnownParts.of(connection, [*columns.raw("number"), *columns.raw("code")])
        units = parts.units
        if without := [str(component) for component, unit in units.items() if not unit]:
            found = await connection.execute(_UNITS, [",".join(without)])
            units = units | dict(await found.fetchall())
        rows = _lots(columns, parts, units, batch.task.params)
        return await upsert(connection, LOT, batch, rows, columns.rejects)


def _lots(
    columns: Columns, parts: KnownParts, units: Mapping[int, str], params: Mapping[str, Any]
) -> Incoming:
    """What stands in the cells, as columns of ``stock_lot``."""
    said = columns.each("number", reading.text)
    vendors = columns.each("vendor", reading.text)
    numbers = said if all(said) else columns.every(_named, said, columns.raw("code"))
    components = columns.every(
        lambda number, vendor, own: parts.component(number, vendor, "number" if own else "code"),
        *(numbers, vendors, said),
    )
    quantities, received = columns.each("quantity", _quantity), columns.each("received", _received)
    warehouses, lots = _warehouses(columns, params.get("warehouse")), columns.each("lot", reading.text)
    units_of = columns.every(_Units(units).of, columns.each("unit", reading.text), components)
    currency = partial(reading.currency, default=str(params.get("currency", "RUB")))
    values: dict[str, Values] = {
        "key": columns.every(_key, warehouses, numbers, vendors, lots, received),
        "component_id": list(map(str, components)),
        "number": numbers,
        "warehouse": warehouses,
        "lot": lots,
        "unit": units_of,
        "quantity": quantities,
        "unit_cost": columns.each("unit_cost", _unit_cost),
        "currency": columns.each("currency", currency),
        "received": received,
    }
    return incoming(columns, values, numbers)


def _named(number: str, code: Any) -> str:
    """By its number, else by its code."""
    return number or reading.needed({"code": code}, "code")


def _key(warehouse: str, number: str, vendor: str, lot: str, received: str | None) -> str:
    return keyed("lot", matched(warehouse), matched(number), matched(vendor), matched(lot), received)


def _warehouses(columns: Columns, named: Any) -> list[str]:
    """The row's own, or that of the column its quantity stood in, or the one that was named."""
    found = columns.each("warehouse", reading.text)
    if all(found):
        return found
    others = [columns.each(field, reading.text) for field in ("#warehouse", "#quantity")]
    return columns.every(partial(_warehouse, named=str(named or "")), found, *others)


def _warehouse(*said: str, named: str) -> str:
    if not (found := next(filter(None, said), named)):
        raise MalformedRow("value_missing", "warehouse", "")
    return found


class _Units:
    """The unit that a component has, or that its first row brought."""

    def __init__(self, known: Mapping[int, str]) -> None:
        self._known = dict(known)

    def of(self, unit: str, component: int) -> str:
        """Of a row that says ``unit``. Raises MalformedRow where the component has another one."""
        known = self._known.get(component, "")
        if unit and known and unit != known and _squeezed(unit) != _squeezed(known):
            raise MalformedRow("unit_differs", "unit", unit, unit=unit, known=known)
        self._known[component] = known or unit
        return known or unit


def _quantity(raw: reading.Cells, field: str) -> str:
    quantity = reading.decimal(raw, field)
    if quantity is None:
        raise MalformedRow("value_missing", field, "")
    if quantity < 0:
        raise MalformedRow("stock_negative", field, reading.text(raw, field))
    return str(plain(quantity))


def _unit_cost(raw: reading.Cells, field: str) -> str | None:
    return plain(reading.positive(raw, field, zero=True))


def _received(raw: reading.Cells, field: str) -> str | None:
    received = reading.day(raw, field)
    return None if received is None else received.isoformat()


def _squeezed(unit: str) -> str:
    """``шт.`` is ``шт``."""
    return matched(unit).rstrip(".")
