"""Rejected rows by their cause: how many stand, how many of them are corrected."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from projections.queries import paging
from projections.queries.lists import words
from projections.queries.paging import Page
from projections.queries.rejects import CURRENT

SOME_ROWS, SOME_TASKS = 10, 5
_IS_CORRECTED = """
EXISTS (SELECT FROM correction c
        WHERE c.task_id = r.task_id AND c.row_no = r.row_no AND c.attempt = r.attempt)
"""
_OF_TASK = f"""
SELECT * FROM (
    SELECT r.fingerprint, min(r.code) AS code, min(r.field) AS field, (array_agg(r.args))[1] AS args,
           count(*) AS rows, count(*) FILTER (WHERE {_IS_CORRECTED}) AS corrected,
           (array_agg(r.row_no ORDER BY r.row_no))[1:{SOME_ROWS}] AS some_rows
    FROM reject r
    WHERE r.task_id = :id AND (CAST(:attempt AS int) IS NULL OR r.attempt = :attempt)
      AND (CAST(:attempt AS int) IS NOT NULL OR ({CURRENT}))
    GROUP BY r.fingerprint
) g
WHERE (g.rows, g.fingerprint) < (:rows_after, :after)
ORDER BY g.rows DESC, g.fingerprint DESC LIMIT :most
"""
_TOLD = f"""
min(r.code) AS code, min(r.field) AS field, any_value(r.args) AS args, count(*) AS rows,
count(*) FILTER (WHERE {_IS_CORRECTED}) AS corrected, max(r.rejected_at) AS latest_at
"""
_WHEN = "r.rejected_at >= :since AND r.rejected_at < :until"
# Tasks one by one: joined, all that there are would be read.
_BY_ATTEMPT = f"""
SELECT f.*, t.kind, f.attempt = t.attempt AS newest
FROM (
    SELECT r.task_id, r.attempt, r.fingerprint, {_TOLD} FROM reject r WHERE {_WHEN}
    GROUP BY r.task_id, r.attempt, r.fingerprint
) f CROSS JOIN LATERAL (
    SELECT attempt, kind FROM task
    WHERE id = f.task_id AND NOT dry_run AND (CAST(:kinds AS text[]) IS NULL OR kind = ANY(:kinds)) OFFSET 0
) t
"""
# Rejections of a task's newest attempt stand: only those of others are looked at one by one.
_OF_ALL = f"""
WITH counted AS MATERIALIZED ({_BY_ATTEMPT}), standing AS (
    SELECT fingerprint, task_id, kind, code, field, args, rows, corrected, latest_at FROM counted WHERE newest
    UNION ALL
    SELECT c.fingerprint, c.task_id, c.kind, s.* FROM counted c CROSS JOIN LATERAL (
        SELECT {_TOLD} FROM reject r
        WHERE r.task_id = c.task_id AND r.attempt = c.attempt AND r.fingerprint = c.fingerprint
          AND {_WHEN} AND {CURRENT}
    ) s WHERE NOT c.newest AND s.rows > 0
)
SELECT * FROM (
    SELECT fingerprint, min(code) AS code, min(field) AS field, any_value(args) AS args,
           CAST(sum(rows) AS bigint) AS rows, CAST(sum(corrected) AS bigint) AS corrected,
           count(DISTINCT task_id) AS tasks, max(latest_at) AS latest_at, array_agg(DISTINCT kind) AS kinds,
           (array_agg(DISTINCT task_id ORDER BY task_id DESC))[1:{SOME_TASKS}] AS some_tasks
    FROM standing GROUP BY fingerprint
) g
WHERE (g.rows, g.fingerprint) < (:rows_after, :after)
ORDER BY g.rows DESC, g.fingerprint DESC LIMIT :most
"""
# After every count there is.
_FIRST = (2**62, "")


async def of_task(
    connection: AsyncConnection,
    task_id: UUID,
    cursor: str | None = None,
    limit: int = 50,
    *,
    attempt: int | None = None,
) -> Page:
    """The largest first: of the rows that stand rejected, or of one attempt's. Raises BadCursor."""
    return await _page(connection, _OF_TASK, {"id": task_id, "attempt": attempt}, cursor, limit)


async def of_all(
    connection: AsyncConnection,
    since: datetime,
    until: datetime,
    kinds: Sequence[str],
    cursor: str | None = None,
    limit: int = 50,
) -> Page:
    """Over all tasks but dry runs, rejected from ``since`` to before ``until``. Raises BadCursor."""
    wanted = {"since": since, "until": until, "kinds": list(kinds) or None}
    return await _page(connection, _OF_ALL, wanted, cursor, limit)


async def _page(
    connection: AsyncConnection, statement: str, wanted: dict[str, Any], cursor: str | None, limit: int
) -> Page:
    rows, after = paging.decode(cursor, paging.number, words) if cursor else _FIRST
    place = {"rows_after": rows, "after": after, "most": limit + 1}
    found = await connection.execute(text(statement), wanted | place)
    return paging.page(
        [dict(row) for row in found.mappings()], limit, lambda row: (row["rows"], row["fingerprint"])
    )
