"""A task as its workers find it: what intake and conductor have written before they start."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain import task as tasks
from events.cloudevents import dump
from events.rows import BatchRecorded
from events.tasks import TaskStarted, TaskSubmitted
from infra.clock import new_id, utc_now
from jobs.base import Row
from processors.importer.outcomes import Delivered, content_hash

OWN, OTHER = "40702810000000000001", "40702810000000000002"
CONTEXT = {"source": "client_bank", "own_accounts": [OWN], "own_inns": [], "currency": "RUB"}


def document(number: int, **changed: str) -> Row:
    """A readable document of the statement of account ``OWN``: 100 roubles go out."""
    return {
        "СекцияДокумент": "Платежное поручение",
        "Номер": str(number),
        "Дата": "03.03.2025",
        "ДатаСписано": "03.03.2025",
        "Сумма": "100.00",
        "ПлательщикСчет": OWN,
        "ПолучательСчет": OTHER,
        "Получатель": "ООО Ромашка",
        "ПолучательИНН": "7700000005",
        "НазначениеПлатежа": f"Оплата по счету {number}",
    } | changed


def recorded(
    task_id: str, batch_no: int, rows: Sequence[Row], *, first_row: int = 1, **more: Any
) -> Delivered:
    """The batch as it comes off the topic."""
    event = BatchRecorded(
        attempt=1,
        batch_no=batch_no,
        first_row=first_row,
        rows=list(rows),
        **{"kind": "bank_transactions", "context": CONTEXT, **more},
    )
    return Delivered(task_id, event, content_hash(dump(event)))


async def running_task(
    engine: AsyncEngine,
    *,
    kind: str = "bank_transactions",
    source: Mapping[str, Any] | None = None,
    dry_run: bool = False,
    **params: Any,
) -> str:
    """A task whose first attempt is current."""
    task_id = new_id()
    submitted = TaskSubmitted(kind=kind, params=params, source=dict(source or {}), dry_run=dry_run)
    state, said = tasks.step(tasks.Absent(), submitted, utc_now())
    assert [type(event) for event in said] == [TaskStarted]
    spec = submitted.model_dump(mode="json", include={"kind", "params", "source", "priority", "dry_run"})
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO task_state (task_id, partition, state, spec)"
                " VALUES (:task, 0, CAST(:state AS jsonb), CAST(:spec AS jsonb))"
            ),
            {
                "task": task_id,
                "state": orjson.dumps(tasks.dump(state)).decode(),
                "spec": orjson.dumps(spec).decode(),
            },
        )
        await connection.execute(
            text("INSERT INTO attempt (task_id, attempt, state) VALUES (:task, 1, 'current')"),
            {"task": task_id},
        )
    return task_id


async def end_attempt(engine: AsyncEngine, task_id: str, state: str) -> None:
    """What the conductor does to the fence."""
    async with engine.begin() as connection:
        await connection.execute(
            text("UPDATE attempt SET state = :state WHERE task_id = :task"), {"task": task_id, "state": state}
        )


async def rows_of(engine: AsyncEngine, task_id: str) -> list[Any]:
    """The bank transactions of a task, by row number."""
    async with engine.connect() as connection:
        found = await connection.execute(
            text("SELECT * FROM bank_transaction WHERE task_id = :task ORDER BY row_no"), {"task": task_id}
        )
        return list(found.all())
