"""What a dry run said of every row."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from events.records import VERDICTS
from infra.kafka import decompress
from projections.queries import paging

# Batches looked at at once: up to 4,000 rows each.
MOST_BATCHES = 4
_FIELDS = ("row", "verdict", "key", "code", "args", "field", "value", "before", "changes")
_BATCHES = """
SELECT p.first_row, p.last_row, p.verdicts FROM preview_batch p
WHERE p.task_id = :id AND p.last_row > :after
  AND p.attempt = (SELECT max(attempt) FROM preview_batch WHERE task_id = :id)
  AND (CAST(:place AS int) IS NULL OR p.counts[:place] > 0)
ORDER BY p.first_row LIMIT :batches
"""


async def rows(
    connection: AsyncConnection,
    task_id: UUID,
    cursor: str | None = None,
    limit: int = 50,
    *,
    verdict: str | None = None,
) -> paging.Page:
    """Rows in the order of the source, of the last attempt; of one verdict (a name of VERDICTS) where asked.
    Raises BadCursor."""
    (after,) = paging.decode(cursor, paging.number) if cursor else (0,)
    found: list[dict[str, Any]] = []
    while len(found) <= limit:
        batches = await _batches(connection, task_id, after, verdict)
        for row in unpacked(batches, after):
            if verdict is None or row["verdict"] == verdict:
                found.append(row)
        if len(batches) < MOST_BATCHES:
            break
        after = batches[-1].last_row
    return paging.page(found, limit, lambda row: (row["row"],))


async def _batches(connection: AsyncConnection, task_id: UUID, after: int, verdict: str | None) -> list[Any]:
    place = VERDICTS.index(verdict) + 1 if verdict else None
    parameters = {"id": task_id, "after": after, "place": place, "batches": MOST_BATCHES}
    return list((await connection.execute(text(_BATCHES), parameters)).all())


def unpacked(batches: list[Any], after: int) -> Iterator[dict[str, Any]]:
    """The rows of batches, those behind row ``after``."""
    for batch in batches:
        for row in orjson.loads(decompress(bytes(batch.verdicts))):
            if row[0] > after:
                yield dict.fromkeys(_FIELDS) | dict(zip(_FIELDS, row, strict=False))
