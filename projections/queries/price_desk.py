"""Components and what their prices are made of."""

from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from jobs.kinds.price_days import LATEST
from projections.queries import paging
from projections.queries.lists import Listing, words

COMPONENTS = Listing(
    "SELECT * FROM component c",
    {
        "task_id": "task_id = :task_id",
        "vendor": "vendor = :vendor",
        "category": "category = :category",
        "method": "method = :method",
        "has_price": "(price IS NOT NULL) = :has_price",
        "q": "(code ILIKE :q OR name ILIKE :q)",
    },
    {"code_key": words},
)
QUOTES = Listing(
    "SELECT q.*, c.code FROM quote q JOIN component c ON c.id = q.component_id",
    {
        "task_id": "q.task_id = :task_id",
        "component_id": "q.component_id = :component_id",
        "supplier": "q.supplier = :supplier",
        "kind": "q.kind = :kind",
        "date_from": "q.day >= :date_from",
        "date_to": "q.day <= :date_to",
    },
    {"q.day": paging.day, "q.id": paging.number},
    descending=True,
)
PART_NUMBERS = Listing(
    "SELECT n.*, c.code FROM part_number n JOIN component c ON c.id = n.component_id",
    {
        "task_id": "n.task_id = :task_id",
        "component_id": "n.component_id = :component_id",
        "vendor": "n.vendor_key = upper(:vendor)",
        "number": "n.number_key = upper(:number)",
    },
    {"n.number_key": words, "n.vendor_key": words},
)
RATES = Listing(
    "SELECT * FROM currency_rate r",
    {
        "currency": "currency = :currency",
        "date_from": "day >= :date_from",
        "date_to": "day <= :date_to",
    },
    {"day": paging.day, "currency": words},
    descending=True,
)
STOCK = Listing(
    "SELECT s.*, c.code FROM stock_lot s JOIN component c ON c.id = s.component_id",
    {
        "task_id": "s.task_id = :task_id",
        "component_id": "s.component_id = :component_id",
        "warehouse": "s.warehouse = :warehouse",
        "in_stock": "(s.quantity > 0) = :in_stock",
    },
    {"s.id": paging.number},
)
MOST_HISTORY = 100


async def component(connection: AsyncConnection, component_id: int) -> dict[str, Any] | None:
    """A component with its latest prices, newest first, or None."""
    parameters = {"id": component_id, "most": MOST_HISTORY}
    found = await connection.execute(text("SELECT * FROM component WHERE id = :id"), parameters)
    row = found.mappings().one_or_none()
    if row is None:
        return None
    history = await connection.execute(
        text("SELECT * FROM price_history WHERE component_id = :id ORDER BY id DESC LIMIT :most"), parameters
    )
    return {**row, "history": [dict(change) for change in history.mappings()]}


async def recalculated(connection: AsyncConnection) -> date | None:
    """The latest day that prices were recalculated for."""
    found: date | None = await connection.scalar(text(LATEST))
    return found
