"""A task that fails says why, in words, and what it left."""

import pytest

from events.records import ErrorInfo
from events.tasks import TaskWorkFailed
from tests.api.installation import Installation
from tests.projections.story import batch

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

FOREIGN = ErrorInfo(code="unsupported_format", args={"found": "xlsx"}, fingerprint="f00d")
AWAY = ErrorInfo(code="broker_unavailable", fingerprint="beef", retryable=True)


async def _failing(api: Installation, error: ErrorInfo) -> str:
    task_id = await api.submitted()
    await api.until(task_id, status="running")
    failed = TaskWorkFailed(attempt=1, tries=1, worker="reader-1", error=error)
    await api.live.publish(batch(1, 100), failed, task_id=task_id)
    return task_id


async def test_a_task_fails_with_an_error_that_names_its_cause(api: Installation) -> None:
    task_id = await _failing(api, FOREIGN)
    task = await api.until(task_id, status="failed")
    assert task["error"]["type"] == "unsupported_format"
    assert task["error"]["fingerprint"] == "f00d"
    assert "an Excel workbook (XLSX)" in task["error"]["message"]
    assert task["counts"]["created"] == 100
    assert task["progress"]["percent"] < 100

    found = await api.get("/tasks", failure="f00d")
    assert [item["id"] for item in found["items"]] == [task_id]


async def test_the_same_history_reads_in_the_readers_language(api: Installation) -> None:
    task_id = await _failing(api, FOREIGN)
    await api.until(task_id, status="failed")
    async with api.client(**{"Accept-Language": "ru-RU,ru;q=0.9"}) as client:
        answer = await client.get(f"/api/v1/tasks/{task_id}")
    assert "Файл другого вида: книга Excel (XLSX)" in answer.json()["error"]["message"]


async def test_failed_shows_as_error_to_who_polls(api: Installation) -> None:
    task_id = await _failing(api, FOREIGN)
    await api.until(task_id, status="failed")
    async with api.client() as client:
        compact = (await client.get(f"/api/tasks/{task_id}")).json()
    assert compact["status"] == "error"
    assert "an Excel workbook (XLSX)" in compact["error"]


async def test_a_retry_says_when_and_why(api: Installation) -> None:
    task_id = await _failing(api, AWAY)
    task = await api.until(task_id, status="running")
    while task["retry"] is None:
        task = await api.get(f"/tasks/{task_id}")
    assert task["retry"]["tries"] == 1
    assert task["error"]["type"] == "broker_unavailable"


async def test_a_file_that_failed_may_come_again(api: Installation) -> None:
    """The conductor frees it; here the first upload is of another format and never becomes a task."""
    answer = await api.upload(b"<?xml version='1.0'?><Document/>")
    assert (answer.status_code, answer.json()["code"]) == (422, "unsupported_format")
    assert answer.json()["args"] == {"found": "xml"}
    assert answer.json()["field"] == "file"
