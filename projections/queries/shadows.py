"""What a shadow has said so far: counted, and the rows that would change."""

from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.shadows import Change, Told, changes
from events.records import VERDICTS
from projections.queries import paging
from projections.queries.preview import MOST_BATCHES, unpacked

# Of the last attempt; a shadow has one.
_COUNTED = "SELECT told FROM preview_batch WHERE task_id = :id AND told IS NOT NULL"
_BATCHES = """
SELECT p.first_row, p.last_row, p.verdicts FROM preview_batch p
WHERE p.task_id = :id AND p.last_row > :after AND (p.told ->> 'rows')::int > 0
  AND (CAST(:place AS int) IS NULL OR p.counts[:place] > 0)
  AND (CAST(:change AS text) IS NULL OR p.told -> 'changes' ? :change)
  AND (CAST(:field AS text) IS NULL OR p.told -> 'fields' ? :field)
ORDER BY p.first_row LIMIT :batches
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which of the rows that would change: None = all of them. ``verdict`` is one of VERDICTS."""

    change: Change | None = None
    verdict: str | None = None
    field: str | None = None

    def takes(self, row: dict[str, Any]) -> bool:
        return (
            (self.change is None or self.change in row["would"])
            and (self.verdict is None or self.verdict == row["verdict"])
            and (self.field is None or ("created" not in row["would"] and self.field in row["changes"]))
        )


async def counted(connection: AsyncConnection, shadow_id: UUID) -> Told:
    """How many rows would change, over the batches that it has done."""
    rows = 0
    by_change: Counter[str] = Counter()
    by_field: Counter[str] = Counter()
    for told in await connection.scalars(text(_COUNTED), {"id": shadow_id}):
        one = Told.model_validate(told)
        rows += one.rows
        by_change.update(one.changes)
        by_field.update(one.fields)
    return Told(rows=rows, changes=dict(by_change), fields=dict(by_field))


async def rows(
    connection: AsyncConnection, shadow_id: UUID, asked: Asked, cursor: str | None = None, limit: int = 50
) -> paging.Page:
    """Rows that would change, in the order of the source, each with what would (``would``). Raises
    BadCursor."""
    (after,) = paging.decode(cursor, paging.number) if cursor else (0,)
    found: list[dict[str, Any]] = []
    while len(found) <= limit:
        batches = await _batches(connection, shadow_id, asked, after)
        for row in unpacked(batches, after):
            row["changes"] = row["changes"] or {}
            row["would"] = changes(row["verdict"], row["changes"], was_rejected=row["before"] is not None)
            if row["would"] and asked.takes(row):
                found.append(row)
        if len(batches) < MOST_BATCHES:
            break
        after = batches[-1].last_row
    return paging.page(found, limit, lambda row: (row["row"],))


async def _batches(connection: AsyncConnection, shadow_id: UUID, asked: Asked, after: int) -> list[Any]:
    parameters = {
        "id": shadow_id,
        "after": after,
        "place": VERDICTS.index(asked.verdict) + 1 if asked.verdict else None,
        "change": asked.change,
        "field": asked.field,
        "batches": MOST_BATCHES,
    }
    return list((await connection.execute(text(_BATCHES), parameters)).all())
