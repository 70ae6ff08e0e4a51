"""An import that goes well, as somebody sees it over HTTP."""

import pytest

from tests.api.installation import Installation, statement
from tests.projections.story import batch, source_read

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]


async def test_an_upload_becomes_a_task_that_completes(api: Installation) -> None:
    accepted = await api.upload(name="выписка за март.txt", params='{"auto_classify": false}')
    assert accepted.status_code == 202
    answer = accepted.json()
    assert set(answer) == {"task_id", "status", "message"}
    assert answer["status"] == "pending"
    task_id = answer["task_id"]
    assert accepted.headers["location"] == f"/api/v1/tasks/{task_id}"

    # Known at once, whatever the projection has by now.
    task = await api.get(f"/tasks/{task_id}")
    assert task["kind"] == "bank_transactions"
    assert task["submitted_by"] == "manager"
    assert task["params"]["file_name"] == "выписка за март.txt"
    assert task["params"]["auto_classify"] is False

    await api.until(task_id, status="running")
    await api.live.publish(batch(1, 100), batch(2, 50, rejected=2), source_read(150, 2), task_id=task_id)
    task = await api.until(task_id, status="completed")
    assert task["outcome"] == "partial"
    assert task["progress"]["percent"] == 100
    assert task["counts"]["created"] == 148
    assert task["counts"]["rejected"] == 2
    assert task["result"]["inserted"] == 148
    assert task["error"] is None
    partition, _, offset = task["position"].partition(":")
    assert partition.isdecimal()
    assert offset.isdecimal()


async def test_the_compact_shape_for_polling(api: Installation) -> None:
    task_id = await api.submitted()
    async with api.client() as client:
        answer = await client.get(f"/api/tasks/{task_id}")
        assert answer.json()["status"] == "running"
        await api.until(task_id, status="running")
        await api.live.publish(batch(1, 10), source_read(10, 1), task_id=task_id)
        await api.until(task_id, status="completed")
        done = (await client.get(f"/api/tasks/{task_id}")).json()
    assert set(done) == {
        "id", "type", "status", "progress", "message", "result", "error", "created_at", "done_at"
    }  # fmt: skip
    assert (done["status"], done["progress"], done["error"]) == ("completed", 100, None)
    assert done["done_at"] is not None


async def test_a_period_of_1c_becomes_a_task(api: Installation) -> None:
    body = {"date_from": "2025-03-01", "date_to": "2025-03-31", "auto_classify": True}
    accepted = await api.post("/sync-1c/bank-transactions/sync-async", json=body)
    assert accepted.status_code == 202, accepted.text
    task = await api.get(f"/tasks/{accepted.json()['task_id']}")
    assert task["params"] == body


async def test_the_audit_trail(api: Installation) -> None:
    task_id = await api.submitted()
    await api.until(task_id, status="running")
    await api.live.publish(batch(2, 50), batch(1, 100), source_read(150, 2), task_id=task_id)
    await api.until(task_id, status="completed")

    events = (await api.get(f"/tasks/{task_id}/events"))["items"]
    assert [event["type"] for event in events] == [
        "task.submitted.v1",
        "task.started.v1",
        "task.batch_imported.v1",
        "task.batch_imported.v1",
        "task.source_read.v1",
        "task.completed.v1",
    ]
    assert events[0]["actor_name"] == "manager"
    assert events[1]["causation_id"] == events[0]["id"]
    assert {event["correlation_id"] for event in events} == {task_id}

    first = await api.get(f"/tasks/{task_id}/events", limit=4)
    rest = await api.get(f"/tasks/{task_id}/events", limit=4, cursor=first["next_cursor"])
    assert first["items"] + rest["items"] == events
    assert rest["next_cursor"] is None

    batches = (await api.get(f"/tasks/{task_id}/batches"))["items"]
    assert [(item["batch_no"], item["rows"]) for item in batches] == [(1, 100), (2, 50)]
    attempts = (await api.get(f"/tasks/{task_id}/attempts"))["items"]
    assert [(item["attempt"], item["status"], item["counts"]["created"]) for item in attempts] == [
        (1, "completed", 150)
    ]


async def test_the_same_key_and_body_give_the_same_task(api: Installation) -> None:
    content, headers = statement("key"), {"Idempotency-Key": "march-1"}
    first = await api.upload(content, headers=headers)
    second = await api.upload(content, headers=headers)
    assert first.json()["task_id"] == second.json()["task_id"]
    assert second.status_code == 202

    other = await api.upload(statement("other"), headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert other.json()["field"] == "Idempotency-Key"


async def test_the_same_file_twice_names_the_first_task_unless_forced(api: Installation) -> None:
    content = statement("same")
    first = await api.upload(content)
    again = await api.upload(content)
    assert (again.status_code, again.json()["code"]) == (409, "file_already_imported")
    assert again.json()["args"]["task_id"] == first.json()["task_id"]
    assert again.json()["args"]["as_kind"] == "bank-transactions"
    assert "as bank-transactions" in again.json()["detail"]
    forced = await api.upload(content, force="true")
    assert forced.status_code == 202
    assert forced.json()["task_id"] != first.json()["task_id"]
