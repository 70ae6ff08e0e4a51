"""What the conductor answered to a request, found by its cause."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from projections.view import Status

_SELECT = """
SELECT COALESCE(t.status, 'pending') AS status,
       COALESCE((SELECT sum(value::bigint) FROM jsonb_each_text(t.counts)), 0)::bigint AS rows,
       e.data ->> 'reason' AS refused, e.data ->> 'state' AS state
FROM (SELECT CAST(:id AS uuid) AS id) asked
LEFT JOIN task t USING (id)
LEFT JOIN task_event e ON e.task_id = asked.id AND e.causation_id = :cause
                      AND e.type = 'task.request_refused.v1'
LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """``refused`` is the reason's code; ``given`` says whether the conductor has answered at all."""

    status: Status
    rows: int
    refused: str | None
    state: str | None

    @property
    def given(self) -> bool:
        return self.refused is not None or self.status == "cancelled"


async def to_cancel(connection: AsyncConnection, task_id: UUID, event_id: str) -> Answer:
    """The answer so far; stopped counts as one whoever asked for it."""
    row = (await connection.execute(text(_SELECT), {"id": task_id, "cause": event_id})).one()
    return Answer(row.status, row.rows, row.refused, row.state)


_REPLAY = """
SELECT COALESCE(t.status, 'pending') AS status,
       (SELECT data FROM task_event WHERE task_id = asked.id AND id = :cause LIMIT 1) AS request,
       (SELECT data FROM task_event WHERE task_id = asked.id AND causation_id = :cause
        AND type = 'task.request_accepted.v1' LIMIT 1) AS accepted,
       (SELECT data FROM task_event WHERE task_id = asked.id AND causation_id = :cause
        AND type = 'task.request_refused.v1' LIMIT 1) AS refused,
       EXISTS (SELECT FROM task_event WHERE task_id = asked.id AND causation_id IS DISTINCT FROM :cause
        AND type = 'task.request_accepted.v1' AND data ->> 'request' = 'replay'
        AND (data ->> 'attempt')::int = :attempt) AS taken
FROM (SELECT CAST(:id AS uuid) AS id) asked LEFT JOIN task t USING (id)
"""


@dataclass(frozen=True, slots=True)
class ReplayAnswer:
    """``request`` and ``accepted`` are what the log has of them; ``taken``: somebody else's request became
    this attempt."""

    status: Status
    request: dict[str, Any] | None
    accepted: dict[str, Any] | None
    refused: str | None
    state: str | None

    @property
    def given(self) -> bool:
        return self.accepted is not None or self.refused is not None


async def to_replay(connection: AsyncConnection, task_id: UUID, event_id: str, attempt: int) -> ReplayAnswer:
    """The answer so far. Of two who ask for one attempt the second is given no answer of its own: that the
    first has it is one."""
    asked = {"id": task_id, "cause": event_id, "attempt": attempt}
    row = (await connection.execute(text(_REPLAY), asked)).one()
    refused = row.refused or ({"reason": "attempt_out_of_order", "state": row.status} if row.taken else {})
    if row.accepted is not None:
        refused = {}
    return ReplayAnswer(row.status, row.request, row.accepted, refused.get("reason"), refused.get("state"))
