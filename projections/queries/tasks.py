"""Tasks: one, a page of them, those that changed since a position."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from events.cloudevents import decode as decode_event
from infra.task_texts import HASHED
from projections.position import Position
from projections.queries import kept, paging
from projections.queries.task_filter import TaskFilter, conditions, named
from projections.rows import attempt_row, document, task_row
from projections.task import apply
from projections.view import View

# Names, not ids, are what people read; they live beside the read models, not in them.
_COLUMNS = """
SELECT to_jsonb(t) AS task, i.file_name, x.texts, u.name AS submitter, d.detail, l.last
"""
_KEPT = ", kept.recorded_until, kept.input_expires_soon"
_BESIDE = """
LEFT JOIN intake i ON i.task_id = t.id
LEFT JOIN task_text x ON x.task_id = t.id
LEFT JOIN users u ON u.id = CASE WHEN t.submitted_by LIKE 'user:%' THEN substr(t.submitted_by, 6)::uuid END
LEFT JOIN error_detail d ON d.id = (t.error ->> 'detail_id')::uuid
LEFT JOIN LATERAL (
    SELECT jsonb_build_object('attempt', a.attempt, 'status', a.status, 'scope', a.scope, 'input', a.input,
                              'error', a.error, 'detail', e.detail) AS last
    FROM {attempts} a LEFT JOIN error_detail e ON e.id = (a.error ->> 'detail_id')::uuid
    WHERE a.task_id = t.id AND a.attempt = t.attempt AND t.attempt > 1
) l ON true
"""
_NAMES = _BESIDE.format(attempts="attempt") + kept.JOIN + "\n"
_SELECT = f"{_COLUMNS}{_KEPT} FROM task t {_NAMES}"
# Chosen by ids first: that much the indexes have, and pages of the table are read for those that are shown.
_PAGE = f"""
{_COLUMNS}{_KEPT} FROM (SELECT t.id AS chosen FROM task t WHERE {{where}}) w JOIN task t ON t.id = w.chosen
{_NAMES} ORDER BY t.created_at DESC, t.id DESC
"""
# One short walk over the index for each partition: as a plain join it scans all tasks (750 ms of
# 500,000 instead of 3 ms).
_CHANGED = f"""
{_COLUMNS}{_KEPT}
FROM unnest(CAST(:partitions AS int[]), CAST(:offsets AS bigint[])) s (partition, "offset")
CROSS JOIN LATERAL (
    SELECT * FROM task c WHERE c.partition = s.partition AND c."offset" > s."offset"
    ORDER BY c."offset" LIMIT CAST(:most AS bigint)
) t
{_NAMES}
ORDER BY t.partition, t."offset" LIMIT CAST(:most AS bigint)
"""
_THESE = f"""
{_COLUMNS} FROM jsonb_populate_recordset(NULL::task, CAST(:tasks AS jsonb)) t
{_BESIDE.format(attempts="jsonb_populate_recordset(NULL::attempt, CAST(:attempts AS jsonb))")}
"""
_INTAKE = """
SELECT i.value, i.headers, i.file_name, x.texts, u.name AS submitter, NULL AS detail
FROM intake i LEFT JOIN users u ON u.id::text = i.actor LEFT JOIN task_text x ON x.task_id = i.task_id
WHERE NOT EXISTS (SELECT FROM purged_task p WHERE p.id = i.task_id)
"""


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task's row as JSON, with the names that belong to it; ``last`` is the latest attempt of several,
    ``recorded_until`` see ``kept``."""

    task: Mapping[str, Any]
    file_name: str | None
    submitter: str | None
    detail: str | None
    last: Mapping[str, Any] | None = None
    recorded_until: datetime | None = None
    input_expires_soon: bool = False
    texts: Mapping[str, Any] | None = None

    @property
    def params(self) -> dict[str, Any]:
        """With what a person wrote and the name of the file, which are not in the log."""
        named = {} if self.file_name is None else {"file_name": self.file_name}
        said = {name: value for name, value in self.task["params"].items() if name != HASHED}
        return {**said, **(self.texts or {}), **named}

    @property
    def position(self) -> Position | None:
        """None while only ``intake`` knows of it."""
        found = Position(self.task["partition"], self.task["offset"])
        return found if found.offset >= 0 else None


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
    where, parameters = chosen(await named(connection, wanted), cursor, limit)
    found = await connection.execute(text(_PAGE.format(where=where)), parameters)
    rows = [_row(row) for row in found.mappings()]
    if cursor is None:
        rows = sorted([*rows, *await _waiting(connection, wanted)], key=key, reverse=True)
    return paging.page(rows, limit, key)


async def unchanged(connection: AsyncConnection, ids: Sequence[str], since: datetime) -> list[TaskRow]:
    """Those of these tasks of which nothing was seen after ``since``: they stand as they stood then."""
    found = await connection.execute(
        text(f"{_SELECT}WHERE t.id = ANY(CAST(:ids AS uuid[])) AND t.seen_at <= :since"),
        {"ids": list(ids), "since": since},
    )
    return [_row(row) for row in found.mappings()]


def chosen(wanted: TaskFilter, cursor: str | None, limit: int) -> tuple[str, dict[str, Any]]:
    """What stands after WHERE to find a page of ``t``, newest first, and its parameters. Raises BadCursor."""
    where, parameters = conditions(wanted)
    if cursor is not None:
        parameters["at"], parameters["after"] = paging.decode(cursor, paging.moment, paging.identity)
        where += " AND (t.created_at, t.id) < (:at, :after)"
    return f"{where} ORDER BY t.created_at DESC, t.id DESC LIMIT :most", parameters | {"most": limit + 1}


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


async def rows_of(connection: AsyncConnection, views: Sequence[View]) -> list[TaskRow]:
    """Views as rows of ``task`` would show them, with the names that belong to them."""
    made = {
        "tasks": document([task_row(view) for view in views]),
        "attempts": document([attempt_row(view.id, view.current) for view in views]),
    }
    found = await connection.execute(text(_THESE), made)
    by_id = {row["task"]["id"]: _then(row) for row in found.mappings()}
    return [by_id[view.id] for view in views]


def _then(row: RowMapping) -> TaskRow:
    names = (row["file_name"], row["submitter"], row["detail"], row["last"])
    return TaskRow(row["task"], *names, texts=row["texts"])


def _row(row: RowMapping) -> TaskRow:
    soon = bool(row["input_expires_soon"])
    return replace(_then(row), recorded_until=row["recorded_until"], input_expires_soon=soon)


def _accepted(row: RowMapping) -> TaskRow:
    """As the projection will show it: the same function over the same event, which has no position yet."""
    headers = [(name, value.encode()) for name, value in row["headers"]]
    view = apply(None, decode_event(bytes(row["value"]), headers))
    assert view is not None
    (task,) = orjson.loads(document([task_row(view)]))
    return TaskRow(task, row["file_name"], row["submitter"], row["detail"], texts=row["texts"])


def key(row: TaskRow) -> tuple[datetime, str]:
    """By what the list is ordered."""
    return paging.moment(row.task["created_at"]), row.task["id"]
