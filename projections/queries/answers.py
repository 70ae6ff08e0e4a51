"""What the conductor answered to a request, found by its cause."""

from dataclasses import dataclass
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
