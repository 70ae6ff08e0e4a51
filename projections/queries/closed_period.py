"""Up to which day bookings are closed, who said so, and who was let in all the same."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from projections.queries import paging
from projections.queries.lists import Listing

_CHANGE = """
SELECT c.id, c.closed_until, c.reason, coalesce(u.name, c.set_by::text) AS set_by, c.set_at
FROM closed_period c LEFT JOIN users u ON u.id = c.set_by
"""
CHANGES = Listing(_CHANGE, {}, {"c.id": paging.number}, descending=True)
OVERRIDES = Listing(
    "SELECT o.id, o.task_id, o.request, o.reason, coalesce(u.name, o.given_by::text) AS given_by, o.given_at"
    " FROM closed_period_override o LEFT JOIN users u ON u.id = o.given_by",
    {"task_id": "o.task_id = :task_id"},
    {"o.given_at": paging.moment, "o.id": paging.identity},
    descending=True,
)


async def latest(connection: AsyncConnection) -> Mapping[str, Any] | None:
    """The change that counts; None where there was none."""
    found = await connection.execute(text(f"{_CHANGE} ORDER BY c.id DESC LIMIT 1"))
    row = found.mappings().one_or_none()
    return dict(row) if row else None
