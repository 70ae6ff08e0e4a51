"""Stopping a task: an answer within two seconds, and the reason where it is no."""

import pytest

from tests.api.installation import Installation
from tests.projections.story import batch, source_read

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]


async def test_a_running_task_is_stopped_and_says_what_it_left(api: Installation) -> None:
    task_id = await api.submitted()
    await api.until(task_id, status="running")
    await api.live.publish(batch(1, 100), task_id=task_id)
    answer = await api.post(f"/tasks/{task_id}/cancel")
    assert answer.status_code == 202, answer.text
    assert answer.json()["status"] == "cancelled"
    task = await api.until(task_id, status="cancelled")
    assert task["counts"]["created"] == 100
    assert task["finished_at"] is not None


async def test_stopping_twice_is_answered_alike(api: Installation) -> None:
    task_id = await api.submitted()
    first = await api.post(f"/tasks/{task_id}/cancel")
    second = await api.post(f"/tasks/{task_id}/cancel")
    assert (first.status_code, second.status_code) == (202, 202)
    assert second.json()["status"] == "cancelled"


async def test_a_completed_task_cannot_be_stopped(api: Installation) -> None:
    task_id = await api.submitted()
    await api.until(task_id, status="running")
    await api.live.publish(batch(1, 10), source_read(10, 1), task_id=task_id)
    await api.until(task_id, status="completed")
    answer = await api.post(f"/tasks/{task_id}/cancel")
    assert answer.status_code == 409
    problem = answer.json()
    assert problem["type"] == "urn:tidemark:problem:cancel_refused"
    assert problem["args"]["refused"] == "already_finished"
    assert problem["args"]["reason"] in problem["detail"]
    assert (await api.get(f"/tasks/{task_id}"))["status"] == "completed"


async def test_what_is_not_there_cannot_be_stopped(api: Installation) -> None:
    answer = await api.post("/tasks/01990000-0000-7000-8000-0000000000ff/cancel")
    assert (answer.status_code, answer.json()["code"]) == (404, "task_unknown")


async def test_a_user_may_look_but_not_stop(api: Installation) -> None:
    task_id = await api.submitted()
    answer = await api.post(f"/tasks/{task_id}/cancel", role="user")
    assert (answer.status_code, answer.json()["code"]) == (403, "role_missing")


async def test_a_stopped_task_shows_as_error_to_who_polls(api: Installation) -> None:
    task_id = await api.submitted()
    await api.post(f"/tasks/{task_id}/cancel")
    async with api.client() as client:
        compact = (await client.get(f"/api/tasks/{task_id}")).json()
    assert (compact["status"], compact["error"] is not None) == ("error", True)
