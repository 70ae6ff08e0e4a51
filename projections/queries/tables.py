"""How tables were read, and the templates that were saved for them."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from projections.queries.lists import Listing, words

TEMPLATES = Listing(
    "SELECT t.kind, t.name, t.wishes, t.saved_at, u.name AS saved_by FROM table_template t"
    " LEFT JOIN users u ON u.id::text = t.author",
    {"kind": "t.kind = :kind", "name": "t.name = :name"},
    {"t.kind": words, "t.name": words},
)
_MAPPING = """
SELECT attempt, found, wanted, first_rows, at FROM table_mapping
WHERE task_id = :task AND attempt = coalesce(CAST(:attempt AS integer), attempt) ORDER BY attempt DESC LIMIT 1
"""
_READINGS = """
SELECT attempt, found FROM table_mapping WHERE task_id = :task AND found IS NOT NULL ORDER BY attempt
"""


async def mapping(connection: AsyncConnection, task_id: UUID, attempt: int | None) -> dict[str, Any] | None:
    """Of one attempt, or of the latest that has read a table; None where none has."""
    found = await connection.execute(text(_MAPPING), {"task": task_id, "attempt": attempt})
    row = found.mappings().one_or_none()
    return None if row is None else dict(row)


async def readings(connection: AsyncConnection, task_id: UUID) -> dict[int, dict[str, Any]]:
    """How each attempt that has read a table itself read it; by attempt."""
    found = await connection.execute(text(_READINGS), {"task": task_id})
    return {row.attempt: row.found for row in found}


async def template_names(connection: AsyncConnection, kind: str) -> list[str]:
    """The first twenty that are saved for a kind."""
    page = await TEMPLATES.page(connection, {"kind": kind}, None, 20)
    return [row["name"] for row in page.items]


async def template(connection: AsyncConnection, kind: str, name: str) -> dict[str, Any] | None:
    page = await TEMPLATES.page(connection, {"kind": kind, "name": name}, None, 1)
    return page.items[0] if page.items else None
