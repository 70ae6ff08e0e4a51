"""Contractors as they were imported."""

from dataclasses import dataclass, fields
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from projections.queries import paging

_CONDITIONS = {
    "task_id": "task_id = :task_id",
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


async def listed(
    connection: AsyncConnection, wanted: ContractorFilter, cursor: str | None = None, limit: int = 50
) -> paging.Page:
    """A page of contractors by name. Those that 1C took back are not shown. Raises BadCursor."""
    conditions = ["NOT retracted"]
    parameters: dict[str, Any] = {"most": limit + 1}
    for name in (field.name for field in fields(wanted)):
        value = getattr(wanted, name)
        if value is not None:
            conditions.append(_CONDITIONS[name])
            parameters[name] = paging.like(value) if name == "q" else value
    if cursor is not None:
        parameters["at"], parameters["after"] = paging.decode(cursor, str, paging.identity)
        conditions.append("(lower(name), id) > (:at, :after)")
    statement = (
        f"SELECT *, lower(name) AS at FROM contractor WHERE {' AND '.join(conditions)}"
        " ORDER BY lower(name), id LIMIT :most"
    )
    found = await connection.execute(text(statement), parameters)
    return paging.page([dict(row) for row in found.mappings()], limit, lambda row: (row["at"], row["id"]))


async def one(connection: AsyncConnection, contractor_id: UUID) -> dict[str, Any] | None:
    """The contractor, a retracted one too, or None."""
    found = await connection.execute(text("SELECT * FROM contractor WHERE id = :id"), {"id": contractor_id})
    row = found.mappings().one_or_none()
    return dict(row) if row is not None else None
