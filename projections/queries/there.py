"""Who was in the list at an earlier moment, and how they stood: ids of a page, newest first.

Three ways, by what is asked. Few tasks wait or run at a time: the counters of then tell how many, and when
so many were found nobody looks further. Failures and stops are few at all times. Everything else is found by
what never changes of a task, and how it stood is looked up; so are those that have left the lists since.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from projections.queries import paging
from projections.queries.task_filter import CHANGING, FIXED, TaskFilter, conditions, named

OPEN, ENDED_BADLY = frozenset({"pending", "running"}), frozenset({"failed", "cancelled"})
_THEN = "{s}.at <= :as_of AND ({s}.until IS NULL OR {s}.until > :as_of)"
_ORDER = "ORDER BY t.created_at DESC, t.id DESC LIMIT :most"
_STOOD = f"""
SELECT t.id::text FROM (SELECT s.*, s.task_id AS id FROM task_standing s) t
WHERE {_THEN.format(s="t")} AND t.status IS NOT NULL AND t.created_at <= :as_of AND {{where}} {_ORDER}
"""
_FEW = f"""
SELECT t.id::text FROM unnest(CAST(:statuses AS text[]), CAST(:many AS bigint[])) w (status, many)
CROSS JOIN LATERAL (
    SELECT s.*, s.task_id AS id FROM task_standing s
    WHERE s.status = w.status AND {_THEN.format(s="s")} AND s.created_at <= :as_of
    ORDER BY s.created_at DESC, s.task_id DESC LIMIT w.many
) t WHERE {{where}} {_ORDER}
"""
_STANDING = f"""
COALESCE((SELECT t.status IS NOT NULL AND {{changing}} FROM task_standing t
          WHERE t.task_id = {{task}}.id AND {_THEN.format(s="t")} LIMIT 1), false)
"""
_LISTED = f"""
SELECT t.id::text FROM (
    (SELECT t.id, t.created_at FROM task t
     WHERE t.created_at <= :as_of AND {{fixed}} AND (SELECT {{standing}} FROM (SELECT t.id) asked) {_ORDER})
    UNION ALL
    (SELECT t.id, t.created_at
     FROM (SELECT g.*, g.task_id AS id FROM task_standing g WHERE g.status IS NULL) t
     WHERE t.at > :as_of AND t.created_at <= :as_of AND {{fixed}}
       AND (SELECT {{standing}} FROM (SELECT t.id) asked) {_ORDER})
) t {_ORDER}
"""


async def there(
    connection: AsyncConnection,
    wanted: TaskFilter,
    at: datetime,
    many: Callable[[], Awaitable[Mapping[str, int]]],
    cursor: str | None,
    limit: int,
) -> list[str]:
    """Ids of the tasks that the filter lets through as they stood then, one more than ``limit`` where there
    are more. ``many`` asks the counters of that time. Raises BadCursor."""
    wanted = await named(connection, wanted)
    after, parameters = _after(cursor)
    parameters |= {"as_of": at, "most": limit + 1}
    statuses = _open(wanted)
    if statuses is not None:
        where, values = conditions(wanted)
        counted = await many()
        parameters |= {"statuses": statuses, "many": [counted[status] for status in statuses]}
        statement = _FEW.format(where=where + after)
    elif wanted.failure is not None or (wanted.status and set(wanted.status) <= ENDED_BADLY):
        where, values = conditions(wanted)
        statement = _STOOD.format(where=where + after)
    else:
        fixed, values = conditions(wanted, FIXED)
        changing, more = conditions(wanted, CHANGING)
        values |= more
        standing = _STANDING.format(changing=changing, task="asked")
        statement = _LISTED.format(fixed=fixed + after, standing=standing)
    return list(await connection.scalars(text(statement), parameters | values))


def _open(wanted: TaskFilter) -> Sequence[str] | None:
    """The statuses to look through, where only tasks that waited or ran can be meant, else None."""
    if wanted.retrying:
        return sorted(OPEN & set(wanted.status or OPEN))
    return sorted(wanted.status) if wanted.status and set(wanted.status) <= OPEN else None


def _after(cursor: str | None) -> tuple[str, dict[str, Any]]:
    if cursor is None:
        return "", {}
    at, after = paging.decode(cursor, paging.moment, paging.identity)
    return " AND (t.created_at, t.id) < (:at, :after)", {"at": at, "after": after}
