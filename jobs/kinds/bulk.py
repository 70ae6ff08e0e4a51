"""Task kind ``bulk``: one request to each of many tasks (групповая операция)."""

from typing import Any
from uuid import UUID, uuid5

import orjson
import psycopg

from domain import states
from domain.bulk import Request, Wanted, asked
from domain.errors import Fatal
from events.cloudevents import Envelope, encode
from infra.clock import utc_now
from jobs.base import Batch, BatchResult, RowVerdict, Source, SourceTools, TaskSpec, Upload
from jobs.sources.selection import SelectedTasks
from jobs.verdicts import counted

_STATES = "SELECT task_id::text, state FROM task_state WHERE task_id = ANY(%s::uuid[])"
_SUBMITTER = "SELECT submitter FROM task_state WHERE task_id = %s"
_KEEP = """
INSERT INTO bulk_target (bulk_id, attempt, row_no, task_id, event_id, value, headers, skipped)
SELECT %(bulk)s, %(attempt)s, * FROM unnest(%(rows)s::bigint[], %(tasks)s::uuid[], %(events)s::uuid[],
    %(values)s::bytea[], %(headers)s::jsonb[], %(skipped)s::text[])
ON CONFLICT DO NOTHING
"""


class Bulk:
    """The state of each task decides when its turn comes; what is asked is put down in the transaction of
    the batch and published from there, so that it is neither lost nor asked twice."""

    name = "bulk"
    upload: Upload | None = None
    in_order = True

    def source(self, task: TaskSpec, tools: SourceTools) -> Source:
        if task.source.get("type") != "selection":
            raise Fatal("source_unknown", source=str(task.source.get("type")))
        return SelectedTasks(task, tools)

    async def write(self, connection: psycopg.AsyncConnection[Any], batch: Batch) -> BatchResult:
        wanted = Wanted.of(batch.task.params, batch.override)
        ids = [str(row["task_id"]) for row in batch.rows]
        found = await connection.execute(_STATES, [ids])
        known = {task_id: states.load(state) for task_id, state in await found.fetchall()}
        answers = [asked(known.get(task_id, states.Absent()), wanted) for task_id in ids]
        await _keep(connection, batch, ids, answers)
        said = tuple(
            RowVerdict("skipped", task_id, answer)
            if isinstance(answer, str)
            else RowVerdict("created", task_id)
            for task_id, answer in zip(ids, answers, strict=True)
        )
        return BatchResult(counted(said), (), said)


async def _keep(
    connection: psycopg.AsyncConnection[Any], batch: Batch, ids: list[str], answers: list[Request | str]
) -> None:
    found = await connection.execute(_SUBMITTER, [batch.task.task_id])
    (actor,) = await found.fetchone() or ("",)
    rows = range(batch.first_row, batch.first_row + len(ids))
    encoded = [
        ("", None, None) if isinstance(answer, str) else _message(batch, row_no, task_id, answer, actor)
        for row_no, task_id, answer in zip(rows, ids, answers, strict=True)
    ]
    columns = {
        "rows": list(rows),
        "tasks": ids,
        "events": [event or None for event, _, _ in encoded],
        "values": [value for _, value, _ in encoded],
        "headers": [headers for _, _, headers in encoded],
        "skipped": [answer if isinstance(answer, str) else None for answer in answers],
    }
    named = {"bulk": batch.task.task_id, "attempt": batch.task.attempt}
    await connection.execute(_KEEP, columns | named)


def _message(batch: Batch, row_no: int, task_id: str, request: Request, actor: str) -> tuple[str, bytes, str]:
    """The event's id is of the bulk task and the row: written again it is the same."""
    bulk = batch.task.task_id
    event_id = str(uuid5(UUID(bulk), f"attempt/{batch.task.attempt}/asked/{row_no}"))
    envelope = Envelope(
        id=event_id,
        time=utc_now(),
        subject=task_id,
        actor=actor,
        correlation_id=bulk,
        causation_id=None,
        source="/tidemark/bulk",
        event=request,
    )
    value, headers = encode(envelope)
    return event_id, value, orjson.dumps([(name, text.decode()) for name, text in headers]).decode()
