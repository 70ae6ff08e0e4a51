"""Price lists that are whole."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from projections.queries import paging
from projections.queries.lists import Listing

# A number says that all items are in; the task may still have been stopped in the instant between that and
# its end. A replay of a completed one hides nothing.
_WHOLE = (
    "p.number IS NOT NULL AND NOT EXISTS (SELECT FROM task t WHERE t.id = p.id"
    " AND coalesce(t.settled ->> 'status', t.status) <> 'completed')"
)
PRICELISTS = Listing(
    "SELECT p.*, p.id AS task_id FROM pricelist p",
    {"kind": "p.kind = :kind", "date_from": "p.as_of >= :date_from", "date_to": "p.as_of <= :date_to"},
    {"p.number": paging.number},
    descending=True,
    always=_WHOLE,
)
ITEMS = Listing(
    "SELECT * FROM pricelist_item i",
    {"pricelist_id": "pricelist_id = :pricelist_id", "q": "(code ILIKE :q OR name ILIKE :q)"},
    {"row_no": paging.number},
)


async def one(connection: AsyncConnection, pricelist_id: UUID) -> dict[str, Any] | None:
    """The head of a list, or None while it is not whole."""
    statement = f"{PRICELISTS.statement} WHERE p.id = :id AND {_WHOLE}"
    row = (await connection.execute(text(statement), {"id": pricelist_id})).mappings().one_or_none()
    return dict(row) if row is not None else None


async def latest(connection: AsyncConnection, kind: str, day: date) -> dict[str, Any] | None:
    """The head of the last list of this kind of the day, or of one before it."""
    statement = (
        f"{PRICELISTS.statement} WHERE p.kind = :kind AND p.as_of <= :day AND {_WHOLE}"
        " ORDER BY p.as_of DESC, p.number DESC LIMIT 1"
    )
    row = (await connection.execute(text(statement), {"kind": kind, "day": day})).mappings().one_or_none()
    return dict(row) if row is not None else None


async def part(
    connection: AsyncConnection, pricelist_id: UUID, after: int, most: int
) -> list[dict[str, Any]]:
    """Items behind row ``after``: they never change, so that a file can be made of parts."""
    found = await connection.execute(
        text(
            "SELECT * FROM pricelist_item WHERE pricelist_id = :id AND row_no > :after"
            " ORDER BY row_no LIMIT :most"
        ),
        {"id": pricelist_id, "after": after, "most": most},
    )
    return [dict(row) for row in found.mappings()]
