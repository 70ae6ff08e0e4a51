"""What stands on a task's rows, and what a task stands on: as far as the tables still say it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from projections.queries import impact_sql as sql

MOST = 500

_NAMED = """
SELECT s.task_id, s.how, sum(s.rows)::bigint AS rows, t.kind, t.status, t.outcome, t.created_at
FROM ({found}) s LEFT JOIN task t ON t.id = s.task_id WHERE s.task_id <> :id
GROUP BY s.task_id, s.how, t.kind, t.status, t.outcome, t.created_at
ORDER BY s.task_id DESC, s.how LIMIT :most
"""


async def standing_on(
    connection: AsyncConnection, task_id: UUID, kind: str, since: Any
) -> Sequence[Mapping[str, Any]]:
    """Tasks that wrote over its rows, brought the same, or made prices and lists of them, linked to them or
    classified by them since it began."""
    found = sql.LATER + sql.PRICES + sql.STANDING_ON.get(kind, "")
    return await _found(connection, found, {"id": task_id, "since": since})


async def stands_on(connection: AsyncConnection, task_id: UUID, kind: str) -> Sequence[Mapping[str, Any]]:
    """Tasks whose rows it wrote over, was made of, links to or was classified by."""
    return await _found(connection, sql.EARLIER + sql.STANDS_ON.get(kind, ""), {"id": task_id})


async def _found(
    connection: AsyncConnection, statement: str, parameters: Mapping[str, Any]
) -> Sequence[Mapping[str, Any]]:
    named = {name: value for name, value in parameters.items() if f":{name}" in statement or name == "id"}
    rows = await connection.execute(text(_NAMED.format(found=statement)), {**named, "most": MOST})
    return [dict(row) for row in rows.mappings()]
