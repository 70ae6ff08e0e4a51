"""A task with rejected rows, as the log tells of one."""

from typing import Any

from events.rows import RowRejected
from tests.api.installation import Installation, Json
from tests.projections.story import batch, source_read

ROW = {"Номер": "17", "Дата": "31.02.2025", "Сумма": "12,34", "ПлательщикСчет": "40702810500000000001"}
DATE: Json = {"field": "Дата", "value": "31.02.2025", "code": "date_impossible", "fingerprint": "f-date"}
SUM: Json = {"field": "Сумма", "value": "", "code": "amount_missing", "fingerprint": "f-sum"}


def rejected(
    row_no: int, raw: Json | None = None, *, attempt: int = 1, batch_no: int = 1, **why: Any
) -> RowRejected:
    raw = ROW if raw is None else raw
    return RowRejected(attempt=attempt, batch_no=batch_no, row_no=row_no, raw=raw, **(why or DATE))


async def with_rejects(api: Installation, *rows: RowRejected, count: int = 100) -> str:
    """A completed import of ``count`` rows, these of them rejected."""
    task_id = await api.submitted()
    await api.until(task_id, status="running")
    await api.live.publish_rejects(task_id, *rows)
    await api.live.publish(batch(1, count, rejected=len(rows)), source_read(count, 1), task_id=task_id)
    await api.until(task_id, status="completed")
    await api.live.until("SELECT count(*)::int FROM reject WHERE task_id = %s", task_id, rows=[(len(rows),)])
    return task_id


async def corrected(
    api: Installation, task_id: str, row_no: int, fields: Json, *, role: str = "manager", **more: Any
) -> tuple[int, Json]:
    """Status and body of a PATCH."""
    async with api.client(role) as client:
        answer = await client.patch(
            f"/api/v1/tasks/{task_id}/rejects/{row_no}", json={"fields": fields, **more}
        )
    found: Json = answer.json()
    return answer.status_code, found
