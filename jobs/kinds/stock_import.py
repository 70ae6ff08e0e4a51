"""Task kind ``stock_import``: what is in the warehouses, out of a file (остатки)."""

from collections.abc import Mapping
from typing import Any

import psycopg
from pydantic import Field

from domain.errors import Fatal, MalformedRow
from jobs.base import Batch, BatchResult, Row, Source, SourceTools, TaskSpec, Upload
from jobs.kinds.desk_rows import keyed, plain
from jobs.kinds.part_numbers import KnownParts
from jobs.kinds.price_imports import each
from jobs.kinds.upserting import IncomingRow, Upsert, upsert
from jobs.params import TableParams
from jobs.prices import reading
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
_UNITS = """
SELECT c.id::text, coalesce(nullif(c.unit, ''),
    (SELECT min(l.unit) FROM stock_lot l WHERE l.component_id = c.id AND l.unit <> ''), '')
FROM component c WHERE c.id = ANY(%s)
"""


class StockParams(TableParams):
    """``params`` of stock: the warehouse and the currency where the file does not say them."""

    warehouse: str | None = Field(default=None, min_length=1, max_length=200, pattern=r"^[^\x00]*$")
    currency: str = Field(default="RUB", pattern=r"^[A-Z]{3}$")


class StockImport:
    """A file replaces what its warehouse had of the same part and lot and adds nothing to it; what it does
    not name stays. A balance below zero and a second unit for one part are rejected: both would make the
    cost of the warehouse wrong, and only a person knows what was meant."""

    name = "stock_import"
    in_order = True
    upload: Upload | None = Upload("stock", StockParams, refuse_other)

    def source(self, task: TaskSpec, tools: SourceTools) -> Source:
        if task.source.get("type") != "upload":
            raise Fatal("source_unknown", source=str(task.source.get("type")))
        return tabular(task, tools, STOCK, "offers")

    async def write(self, connection: psycopg.AsyncConnection[Any], batch: Batch) -> BatchResult:
        names = [str(row.get(name) or "") for row in batch.rows for name in ("number", "code")]
        parts = await KnownParts.of(connection, names)
        found = await connection.execute(_UNITS, [parts.components])
        units: dict[str, str] = dict(await found.fetchall())
        rows, rejects = each(batch, lambda row_no, raw: _lot(row_no, raw, parts, units, batch.task.params))
        return await upsert(connection, LOT, batch, rows, rejects)


def _lot(
    row_no: int, raw: Row, parts: KnownParts, units: dict[str, str], params: Mapping[str, Any]
) -> IncomingRow:
    number, vendor = reading.text(raw, "number"), reading.text(raw, "vendor")
    field = "number" if number else "code"
    number = number or reading.needed(raw, "code")
    component = str(parts.component(number, vendor, field))
    quantity = reading.decimal(raw, "quantity")
    if quantity is None:
        raise MalformedRow("value_missing", "quantity", "")
    if quantity < 0:
        raise MalformedRow("stock_negative", "quantity", reading.text(raw, "quantity"))
    received = reading.day(raw, "received")
    values: dict[str, str | None] = {
        "component_id": component,
        "number": number,
        "warehouse": _warehouse(raw, params),
        "lot": reading.text(raw, "lot"),
        "unit": _unit(raw, component, units),
        "quantity": plain(quantity),
        "unit_cost": plain(reading.positive(raw, "unit_cost", zero=True)),
        "currency": reading.currency(raw, "currency", str(params.get("currency", "RUB"))),
        "received": None if received is None else received.isoformat(),
    }
    warehouse, lot = matched(str(values["warehouse"])), matched(str(values["lot"]))
    key = keyed("lot", warehouse, matched(number), matched(vendor), lot, values["received"])
    return IncomingRow(row_no, (key,), values | {"key": key}, number)


def _warehouse(raw: Row, params: Mapping[str, Any]) -> str:
    """The row's own, or that of the column its quantity stood in, or the one that was named."""
    for name in ("warehouse", "#warehouse", "#quantity"):
        if found := reading.text(raw, name):
            return found
    if named := params.get("warehouse"):
        return str(named)
    raise MalformedRow("value_missing", "warehouse", "")


def _unit(raw: Row, component: str, units: dict[str, str]) -> str:
    """The unit that the component has, or that its first row brought."""
    unit = reading.text(raw, "unit")
    known = units.get(component, "")
    if unit and known and unit != known and _squeezed(unit) != _squeezed(known):
        raise MalformedRow("unit_differs", "unit", unit, unit=unit, known=known)
    units[component] = known or unit
    return known or unit


def _squeezed(unit: str) -> str:
    """``шт.`` is ``шт``."""
    return matched(unit).rstrip(".")
