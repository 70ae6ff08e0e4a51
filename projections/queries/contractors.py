"""Contractors as they were imported."""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from projections.queries import paging
from projections.queries.lists import Listing, words

_CONDITIONS = {
    # Those that the task made, and those that it changed.
    "task_id": (
        "(task_id = :task_id"
        " OR id IN (SELECT h.contractor_id FROM contractor_change h WHERE h.task_id = :task_id))"
    ),
    "inn": "inn = :inn",
    "kpp": "kpp = :kpp",
    "has_warnings": "(cardinality(warnings) > 0) = :has_warnings",
    "q": "(name ILIKE :q OR full_name ILIKE :q OR inn LIKE :q OR code ILIKE :q)",
}


@dataclass(frozen=True, slots=True)
class ContractorFilter:
    """Each one that is set must hold."""

    task_id: UUID | None = None
    inn: str | None = None
    kpp: str | None = None
    has_warnings: bool | None = None
    q: str | None = None


_LIST = Listing(
    statement="SELECT * FROM (SELECT *, lower(name) AS at FROM contractor) c",
    filters=_CONDITIONS,
    key={"at": words, "id": paging.identity},
    always="NOT retracted",
)


async def listed(
    connection: AsyncConnection, wanted: ContractorFilter, cursor: str | None = None, limit: int = 50
) -> paging.Page:
    """A page of contractors by name. Those that 1C took back are not shown. Raises BadCursor."""
    return await _LIST.page(connection, asdict(wanted), cursor, limit)


async def one(connection: AsyncConnection, contractor_id: UUID) -> dict[str, Any] | None:
    """The contractor, a retracted one too, or None."""
    found = await connection.execute(text("SELECT * FROM contractor WHERE id = :id"), {"id": contractor_id})
    row = found.mappings().one_or_none()
    return dict(row) if row is not None else None
