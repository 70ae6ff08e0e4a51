"""Tasks: one, a page of them, those that changed since a position."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from events.cloudevents import decode as decode_event
from projections.position import Position
from projections.queries import paging
from projections.rows import document, task_row
from projections.task import apply

# Names, not ids, are what people read; they live beside the read models, not in them.
_COLUMNS = """
SELECT to_jsonb(t) AS task, i.file_name, u.name AS submitter, d.detail, l.last
"""
_NAMES = """
LEFT JOIN intake i ON i.task_id = t.id
LEFT JOIN users u ON u.id = CASE WHEN t.submitted_by LIKE 'user:%' THEN substr(t.submitted_by, 6)::uuid END
LEFT JOIN error_detail d ON d.id = (t.error ->> 'detail_id')::uuid
LEFT JOIN LATERAL (
    SELECT jsonb_build_object('attempt', a.attempt, 'status', a.status, 'scope', a.scope, 'input', a.input,
                              'error', a.error, 'detail', e.detail) AS last
    FROM attempt a LEFT JOIN error_detail e ON e.id = (a.error ->> 'detail_id')::uuid
    WHERE a.task_id = t.id AND a.attempt = t.attempt AND t.attempt > 1
) l ON true
"""
_SELECT = f"{_COLUMNS} FROM task t {_NAMES}"
# One short walk over the index for each partition: as a plain join it scans all tasks (750 ms of
# 500,000 instead of 3 ms).
_CHANGED = f"""
{_COLUMNS}
FROM unnest(CAST(:partitions AS int[]), CAST(:offsets AS bigint[])) s (partition, "offset")
CROSS JOIN LATERAL (
    SELECT * FROM task c WHERE c.partition = s.partition AND c."offset" > s."offset"
    ORDER BY c."offset" LIMIT CAST(:most AS bigint)
) t
{_NAMES}
ORDER BY t.partition, t."offset" LIMIT CAST(:most AS bigint)
"""
_INTAKE = """
SELECT i.value, i.headers, i.file_name, u.name AS submitter, NULL AS detail
FROM intake i LEFT JOIN users u ON u.id::text = i.actor
WHERE NOT EXISTS (SELECT FROM purged_task p WHERE p.id = i.task_id)
"""


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task's row as JSON, with the names that belong to it; ``last`` is the latest attempt of several."""

    task: Mapping[str, Any]
    file_name: str | None
    submitter: str | None
    detail: str | None
    last: Mapping[str, Any] | None = None

    @property
    def position(self) -> Position | None:
        """None while only ``intake`` knows of it."""
        found = Position(self.task["partition"], self.task["offset"])
        return found if found.offset >= 0 else None


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Each one that is set must hold. ``submitted_by`` is a user's name or id, ``q`` a task's id or a part
    of its file's name."""

    status: Sequence[str] = ()
    kind: Sequence[str] = ()
    outcome: Sequence[str] = ()
    submitted_by: str | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    failure: str | None = None
    retrying: bool | None = None
    q: str | None = None


_CONDITIONS = {
    "status": "t.status = ANY(:status)",
    "kind": "t.kind = ANY(:kind)",
    "outcome": "t.outcome = ANY(:outcome)",
    "submitted_by": (
        "t.submitted_by = COALESCE("
        "(SELECT 'user:' || id FROM users WHERE name = :submitted_by), 'user:' || :submitted_by)"
    ),
    "created_from": "t.created_at >= :created_from",
    "created_to": "t.created_at < :created_to",
    "failure": "t.failure = :failure",
    "retrying": "(t.retry IS NOT NULL) = :retrying",
    "q": "t.id IN (SELECT f.task_id FROM intake f WHERE f.file_name ILIKE :q)",
}


async def one(connection: AsyncConnection, task_id: UUID) -> TaskRow | None:
    """The task, also where it was just accepted and the log does not have it yet; None = nobody knows it."""
    found = await connection.execute(text(_SELECT + "WHERE t.id = :id"), {"id": task_id})
    if (row := found.mappings().one_or_none()) is not None:
        return _row(row)
    # Not asking again whether the projection has it: by now it may, and then neither query would find it.
    waiting = await connection.execute(text(_INTAKE + "AND i.task_id = :id"), {"id": task_id})
    if (row := waiting.mappings().one_or_none()) is not None:
        return _accepted(row)
    return None


async def listed(
    connection: AsyncConnection, wanted: TaskFilter, cursor: str | None = None, limit: int = 50
) -> paging.Page:
    """A page of tasks, newest first. Raises BadCursor."""
    parameters: dict[str, Any] = {"most": limit + 1}
    conditions = ["true"]
    for name, condition in _CONDITIONS.items():
        value = getattr(wanted, name)
        if value is None or value == ():
            continue
        # Said as the index has it: a comparison with a parameter would walk through all tasks.
        if name == "retrying":
            condition = f"t.retry IS {'NOT NULL' if value else 'NULL'}"
        conditions.append("t.id = :q" if name == "q" and _uuid(value) else condition)
        parameters[name] = _parameter(name, value)
    if cursor is not None:
        parameters["at"], parameters["after"] = paging.decode(cursor, paging.moment, paging.identity)
        conditions.append("(t.created_at, t.id) < (:at, :after)")
    order = " ORDER BY t.created_at DESC, t.id DESC LIMIT :most"
    found = await connection.execute(text(f"{_SELECT}WHERE {' AND '.join(conditions)}{order}"), parameters)
    rows = [_row(row) for row in found.mappings()]
    if cursor is None:
        rows = sorted([*rows, *await _waiting(connection, wanted)], key=_key, reverse=True)
    return paging.page(rows, limit, _key)


async def changed_since(
    connection: AsyncConnection, since: Mapping[int, int], most: int | None = None
) -> list[TaskRow]:
    """Every task whose last event is past ``since``, an offset for each partition; at most ``most``."""
    parameters = {"partitions": list(since), "offsets": list(since.values()), "most": most}
    found = await connection.execute(text(_CHANGED), parameters)
    return [_row(row) for row in found.mappings()]


async def _waiting(connection: AsyncConnection, wanted: TaskFilter) -> list[TaskRow]:
    """Accepted while Kafka is down: few, and looked for. Only where no filter could exclude them."""
    if wanted != TaskFilter() and wanted != TaskFilter(status=("pending",)):
        return []
    unseen = "AND i.published_at IS NULL AND NOT EXISTS (SELECT FROM task t WHERE t.id = i.task_id)"
    found = await connection.execute(text(f"{_INTAKE}{unseen} ORDER BY i.submitted_at DESC LIMIT 100"))
    return [_accepted(row) for row in found.mappings()]


def _row(row: RowMapping) -> TaskRow:
    return TaskRow(row["task"], row["file_name"], row["submitter"], row["detail"], row["last"])


def _accepted(row: RowMapping) -> TaskRow:
    """As the projection will show it: the same function over the same event, which has no position yet."""
    headers = [(name, value.encode()) for name, value in row["headers"]]
    view = apply(None, decode_event(bytes(row["value"]), headers))
    assert view is not None
    (task,) = orjson.loads(document([task_row(view)]))
    return TaskRow(task, row["file_name"], row["submitter"], row["detail"])


def _key(row: TaskRow) -> tuple[datetime, str]:
    return paging.moment(row.task["created_at"]), row.task["id"]


def _parameter(name: str, value: Any) -> Any:
    if name == "q":
        return _uuid(value) or paging.like(value)
    return list(value) if isinstance(value, tuple | list) else value


def _uuid(words: str) -> UUID | None:
    try:
        return UUID(words.strip())
    except ValueError:
        return None
