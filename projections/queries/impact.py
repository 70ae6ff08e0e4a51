"""What stands on a task's rows, and what a task stands on: as far as the tables still say it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from projections.queries import impact_sql as sql

MOST = 500
# Kinds that are made of what stood there at one moment.
_MADE_OF = frozenset({"recalculate", "pricelist_create"})

_NAMED = """
SELECT s.task_id, s.how, sum(s.rows)::bigint AS rows, t.kind, t.status, t.outcome, t.created_at
FROM ({found}) s LEFT JOIN task t ON t.id = s.task_id WHERE s.task_id <> :id {when}
GROUP BY s.task_id, s.how, t.kind, t.status, t.outcome, t.created_at
ORDER BY s.task_id DESC, s.how LIMIT :most
"""


async def standing_on(
    connection: AsyncConnection, task_id: UUID, kind: str, since: Any
) -> Sequence[Mapping[str, Any]]:
    """Tasks that wrote over its rows, brought the same, or made prices and lists of them, linked to them or
    classified by them since it began."""
    found = sql.LATER + sql.STANDING_ON.get(kind, "")
    return await _found(connection, found, {"id": task_id, "since": since})


async def stands_on(connection: AsyncConnection, task_id: UUID, kind: str) -> Sequence[Mapping[str, Any]]:
    """Tasks whose rows it wrote over or brought as well, was made of, links to or was classified by: the same
    pairs as ``standing_on`` gives from the other side."""
    found = sql.EARLIER + sql.STANDS_ON.get(kind, "")
    when = f"AND (t.created_at IS NULL OR t.created_at <= {sql.MADE_AT})" if kind in _MADE_OF else ""
    return await _found(connection, found, {"id": task_id}, when)


async def _found(
    connection: AsyncConnection, statement: str, parameters: Mapping[str, Any], when: str = ""
) -> Sequence[Mapping[str, Any]]:
    named = {name: value for name, value in parameters.items() if f":{name}" in statement or name == "id"}
    rows = await connection.execute(text(_NAMED.format(found=statement, when=when)), {**named, "most": MOST})
    return [dict(row) for row in rows.mappings()]
