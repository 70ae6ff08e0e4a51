"""Removing finished tasks from the lists; their history stays."""

import pytest

from tests.api.installation import Installation
from tests.projections.story import batch, source_read

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]


async def test_finished_tasks_leave_the_lists_and_keep_their_history(api: Installation) -> None:
    done, running = await api.submitted(), await api.submitted()
    await api.until(done, status="running")
    await api.live.publish(batch(1, 10), source_read(10, 1), task_id=done)
    await api.until(done, status="completed")
    await api.until(running, status="running")

    answer = await api.post("/tasks/cleanup", role="admin", json={"older_than_days": 0})
    assert answer.status_code == 202, answer.text
    assert (answer.json()["tasks"], answer.json()["more"]) == (1, False)
    await api.live.until("SELECT 1 FROM purged_task WHERE id = %s", done)

    async with api.client() as client:
        gone = await client.get(f"/api/v1/tasks/{done}")
    assert (gone.status_code, gone.json()["code"]) == (404, "task_purged")
    assert [item["id"] for item in (await api.get("/tasks"))["items"]] == [running]
    events = (await api.get(f"/tasks/{done}/events"))["items"]
    assert events[-1]["type"] == "task.purged.v1"


async def test_young_tasks_stay(api: Installation) -> None:
    task_id = await api.submitted()
    await api.post(f"/tasks/{task_id}/cancel")
    answer = await api.post("/tasks/cleanup", role="admin", json={"older_than_days": 1})
    assert answer.json()["tasks"] == 0
    assert (await api.get(f"/tasks/{task_id}"))["status"] == "cancelled"


@pytest.mark.parametrize("role", ["user", "manager"])
async def test_only_an_admin_cleans_up(api: Installation, role: str) -> None:
    answer = await api.post("/tasks/cleanup", role=role, json={"older_than_days": 0})
    assert (answer.status_code, answer.json()["code"]) == (403, "role_missing")


async def test_days_cannot_be_negative(api: Installation) -> None:
    answer = await api.post("/tasks/cleanup", role="admin", json={"older_than_days": -1})
    assert (answer.status_code, answer.json()["field"]) == (422, "older_than_days")
