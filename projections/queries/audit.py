"""What happened to a task: its events, attempts, batches."""

from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from projections.queries import paging

_EVENTS = """
SELECT e.partition, e."offset", e.id, e.type, e.time, e.actor, u.name AS actor_name, e.correlation_id,
       e.causation_id, e.source, e.data
FROM task_event e
LEFT JOIN users u ON u.id = CASE WHEN e.actor LIKE 'user:%' THEN substr(e.actor, 6)::uuid END
WHERE e.task_id = :id AND e."offset" > :after ORDER BY e."offset" LIMIT :most
"""
_ATTEMPTS = """
SELECT a.*, d.detail, COALESCE(u.name, r.actor, t.submitted_by) AS requested_by,
       (SELECT jsonb_agg(jsonb_build_object('account', r.account) || r.total ORDER BY r.account)
        FROM reconciliation r WHERE r.task_id = a.task_id AND r.attempt = a.attempt) AS accounts
FROM attempt a JOIN task t ON t.id = a.task_id
LEFT JOIN error_detail d ON d.id = (a.error ->> 'detail_id')::uuid
LEFT JOIN LATERAL (
    SELECT q.actor FROM task_event s JOIN task_event q ON q.task_id = s.task_id AND q.id = s.causation_id
    WHERE s.task_id = a.task_id AND s.type = 'task.request_accepted.v1'
      AND (s.data ->> 'attempt')::int = a.attempt AND s.data ->> 'request' = 'replay' LIMIT 1
) r ON a.attempt > 1
LEFT JOIN users u ON 'user:' || u.id = COALESCE(r.actor, t.submitted_by)
WHERE a.task_id = :id AND a.attempt > :after ORDER BY a.attempt LIMIT :most
"""
_BATCHES = """
SELECT * FROM batch WHERE task_id = :id AND (attempt, batch_no) > (:attempt_after, :after)
  AND (CAST(:attempt AS int) IS NULL OR attempt = :attempt)
ORDER BY attempt, batch_no LIMIT :most
"""


async def events(
    connection: AsyncConnection, task_id: UUID, cursor: str | None = None, limit: int = 50
) -> paging.Page:
    """The audit trail in the order of the log. Raises BadCursor, as all here."""
    (after,) = paging.decode(cursor, paging.number) if cursor else (-1,)
    rows = await _rows(connection, _EVENTS, {"id": task_id, "after": after, "most": limit + 1})
    return paging.page(rows, limit, lambda row: (row["offset"],))


async def attempts(
    connection: AsyncConnection, task_id: UUID, cursor: str | None = None, limit: int = 50
) -> paging.Page:
    """Attempts from the first; ``accounts`` are the control totals by account number."""
    (after,) = paging.decode(cursor, paging.number) if cursor else (0,)
    rows = await _rows(connection, _ATTEMPTS, {"id": task_id, "after": after, "most": limit + 1})
    return paging.page(rows, limit, lambda row: (row["attempt"],))


async def batches(
    connection: AsyncConnection,
    task_id: UUID,
    cursor: str | None = None,
    limit: int = 50,
    *,
    attempt: int | None = None,
) -> paging.Page:
    """Batches in the order of the source, whatever order they were imported in."""
    parameters = _after(task_id, cursor, limit) | {"attempt": attempt}
    rows = await _rows(connection, _BATCHES, parameters)
    return paging.page(rows, limit, lambda row: (row["attempt"], row["batch_no"]))


def _after(task_id: UUID, cursor: str | None, limit: int) -> dict[str, Any]:
    attempt, after = paging.decode(cursor, paging.number, paging.number) if cursor else (0, 0)
    return {"id": task_id, "attempt_after": attempt, "after": after, "most": limit + 1}


async def _rows(
    connection: AsyncConnection, statement: str, parameters: dict[str, Any]
) -> list[dict[str, Any]]:
    found = await connection.execute(text(statement), parameters)
    return [dict(row) for row in found.mappings()]
