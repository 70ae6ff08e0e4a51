"""Undos: what the conductor answered, how far one is, what it could not give back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.refusals import undo_refusal
from domain.states import Absent, load
from projections.queries import paging
from projections.queries.lists import Listing
from projections.view import Status

_ANSWER = """
SELECT COALESCE(t.status, 'pending') AS status, r.data AS request, a.type IS NOT NULL AS accepted,
       d.data ->> 'reason' AS refused, d.data ->> 'state' AS state
FROM (SELECT CAST(:id AS uuid) AS id) asked
LEFT JOIN task t USING (id)
LEFT JOIN task_event r ON r.task_id = asked.id AND r.id = :cause AND r.type = 'task.undo_requested.v1'
LEFT JOIN task_event a ON a.task_id = asked.id AND a.causation_id = :cause
                      AND a.type = 'task.request_accepted.v1'
LEFT JOIN task_event d ON d.task_id = asked.id AND d.causation_id = :cause
                      AND d.type = 'task.request_refused.v1'
LIMIT 1
"""
_LATEST = """
SELECT kind, attempt, force, accepted_at, total, done, removed, restored, conflicts, touched_closed,
       CASE WHEN told THEN finished_at END AS finished_at
FROM undo WHERE task_id = :id
"""
CONFLICTS = Listing(
    "SELECT place, row_no, shown, reason, other_task, action FROM undo_conflict",
    {"task_id": "task_id = :task_id"},
    {"place": paging.number},
)


@dataclass(frozen=True, slots=True)
class UndoAnswer:
    """``request`` is what was asked under this event id, None where the read model has not seen it."""

    status: Status
    request: Mapping[str, Any] | None
    accepted: bool
    refused: str | None
    state: str | None

    @property
    def given(self) -> bool:
        return self.accepted or self.refused is not None


async def to_undo(connection: AsyncConnection, task_id: UUID, event_id: str) -> UndoAnswer:
    """The answer so far. Asked twice under one id, the first answer counts: it was yes if any was."""
    row = (await connection.execute(text(_ANSWER), {"id": task_id, "cause": event_id})).one()
    refused = None if row.accepted else row.refused
    return UndoAnswer(row.status, row.request, row.accepted, refused, row.state)


async def latest(connection: AsyncConnection, task_id: UUID) -> Mapping[str, Any] | None:
    """The latest undo of a task and how far it is."""
    row = (await connection.execute(text(_LATEST), {"id": task_id})).mappings().one_or_none()
    return dict(row) if row else None


async def refusal(connection: AsyncConnection, task_id: UUID) -> str | None:
    """Why the task cannot be undone as it stands, as the conductor would say it."""
    found = await connection.scalar(text("SELECT state FROM task_state WHERE task_id = :id"), {"id": task_id})
    return undo_refusal(load(found) if found else Absent())
