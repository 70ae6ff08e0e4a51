"""Running a task again: what is answered, what is seen of it, and how two attempts differ."""

import asyncio
from typing import Any

import pytest

from events.base import Event
from events.records import Counts, ErrorInfo
from events.rows import RowRejected
from events.tasks import TaskWorkFailed
from tests.api.installation import Installation, Json
from tests.projections.story import batch, source_read

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

DOWN = ErrorInfo(code="onec_unreachable", fingerprint="d0d0", retryable=True)


def rejected(row_no: int, code: str = "unknown_part", attempt: int = 1) -> RowRejected:
    return RowRejected(
        attempt=attempt, batch_no=1, row_no=row_no, raw={"n": "1"}, code=code, fingerprint=f"f-{code}"
    )


async def partial(api: Installation) -> str:
    """A task of ten rows, of which three are rejected."""
    task_id = await api.submitted()
    await api.until(task_id, status="running")
    await api.live.publish_rejects(task_id, *map(rejected, (2, 5, 7)))
    await api.live.publish(batch(1, 10, rejected=3), source_read(10, 1), task_id=task_id)
    await api.until(task_id, status="completed")
    return task_id


async def replay(api: Installation, task_id: str, key: str | None = None, **wanted: str) -> Any:
    headers = {"Idempotency-Key": key} if key else None
    return await api.post(f"/tasks/{task_id}/replay", headers=headers, json=wanted)


def again(rejected: int, *, attempt: int = 2) -> Event:
    loaded = batch(1, 3, attempt=attempt, rejected=rejected)
    return loaded.model_copy(update={"before": Counts(rejected=3)})


async def test_rejected_rows_are_what_suits_a_task_that_has_some(api: Installation) -> None:
    task_id = await partial(api)
    answer = await replay(api, task_id)
    assert answer.status_code == 202, answer.text
    said = answer.json()
    assert (said["attempt"], said["scope"], said["input"]) == (2, "rejected", "recorded")
    await api.until(task_id, status="running")
    await api.live.publish_rejects(task_id, rejected(5, "other_reason", 2), rejected(7, attempt=2))
    await api.live.publish(again(2), source_read(3, 1, attempt=2), task_id=task_id)
    task = await api.until(task_id, status="completed", attempt=2)
    assert (task["counts"]["created"], task["counts"]["rejected"], task["outcome"]) == (8, 2, "partial")
    assert task["last_attempt"] == {
        "attempt": 2,
        "status": "completed",
        "scope": "rejected",
        "input": "recorded",
        "error": None,
    }
    await check_tree(api, task_id)
    await check_difference(api, task_id)


async def check_tree(api: Installation, task_id: str) -> None:
    first, second = (await api.get(f"/tasks/{task_id}/attempts"))["items"]
    assert (first["requested_by"], second["requested_by"]) == ("manager", "manager")
    assert (first["scope"], second["scope"], second["origin"]) == ("all", "rejected", 1)
    assert (first["counts"]["rejected"], second["counts"]["rejected"]) == (3, 2)


async def check_difference(api: Installation, task_id: str) -> None:
    found = await api.get(f"/tasks/{task_id}/attempts/1/diff/2", limit=1)
    assert found["rows"] == {"accepted": 1, "rejected": 0, "reason": 1}
    assert found["batches"] == {"only_first": 0, "only_second": 0, "both": 1, "different": 1}
    assert found["counts"]["rejected"] == -1
    more = await api.get(f"/tasks/{task_id}/attempts/1/diff/2", cursor=found["next_cursor"])
    rows: list[Json] = found["items"] + more["items"]
    assert [(row["row_no"], row["change"]) for row in rows] == [(2, "accepted"), (5, "reason")]
    assert (rows[0]["second"], rows[1]["second"]["code"]) == (None, "other_reason")
    back = await api.get(f"/tasks/{task_id}/attempts/2/diff/1")
    assert back["rows"] == {"accepted": 0, "rejected": 1, "reason": 1}


async def test_what_was_stopped_goes_on(api: Installation) -> None:
    task_id = await api.submitted()
    await api.until(task_id, status="running")
    await api.post(f"/tasks/{task_id}/cancel")
    assert (await replay(api, task_id)).json()["scope"] == "unfinished"


async def test_a_repeat_that_fails_leaves_the_task_as_it_was(api: Installation) -> None:
    task_id = await partial(api)
    await replay(api, task_id, scope="all")
    fatal = ErrorInfo(code="recorded_input_gone", args={"batch": 1}, fingerprint="f")
    failed = TaskWorkFailed(attempt=2, tries=1, worker="reader", error=fatal)
    await api.live.publish(failed, task_id=task_id)
    task = await api.until(task_id, status="completed", attempt=2)
    assert (task["outcome"], task["counts"]["rejected"], task["error"]) == ("partial", 3, None)
    assert task["last_attempt"]["status"] == "failed"
    assert task["last_attempt"]["error"]["type"] == "recorded_input_gone"


@pytest.mark.parametrize(
    ("wanted", "reason"), [("unfinished", "nothing_unfinished"), ("rejected", "nothing_rejected")]
)
async def test_what_is_not_there_is_refused_with_the_reason(
    api: Installation, wanted: str, reason: str
) -> None:
    task_id = await api.submitted()
    await api.until(task_id, status="running")
    await api.live.publish(batch(1, 10), source_read(10, 1), task_id=task_id)
    await api.until(task_id, status="completed")
    answer = await replay(api, task_id, scope=wanted)
    assert (answer.status_code, answer.json()["code"]) == (409, "replay_refused")
    assert answer.json()["args"]["refused"] == reason
    assert answer.json()["args"]["reason"] in answer.json()["detail"]


async def test_what_runs_is_not_run_again(api: Installation) -> None:
    task_id = await api.submitted()
    await api.until(task_id, status="running")
    answer = await replay(api, task_id)
    assert (answer.status_code, answer.json()["args"]["refused"]) == (409, "still_running")


async def test_of_two_at_once_one_wins(api: Installation) -> None:
    task_id = await partial(api)
    both = await asyncio.gather(replay(api, task_id), replay(api, task_id))
    assert sorted(answer.status_code for answer in both) == [202, 409]
    lost = next(answer.json() for answer in both if answer.status_code == 409)
    assert lost["args"]["refused"] in {"attempt_out_of_order", "still_running"}


async def test_one_key_asks_once(api: Installation) -> None:
    task_id = await partial(api)
    first, second = [(await replay(api, task_id, key="k1")).json() for _ in range(2)]
    assert first["attempt"] == second["attempt"] == 2
    other = await replay(api, task_id, key="k1", scope="all")
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert (await replay(api, task_id, key="k2")).status_code == 409


async def test_who_may(api: Installation) -> None:
    task_id = await api.submitted()
    answer = await api.post(f"/tasks/{task_id}/replay", role="user")
    assert (answer.status_code, answer.json()["code"]) == (403, "role_missing")
    answer = await api.post("/tasks/01990000-0000-7000-8000-0000000000ff/replay")
    assert (answer.status_code, answer.json()["code"]) == (404, "task_unknown")


async def test_an_attempt_that_is_not_there_differs_from_none(api: Installation) -> None:
    task_id = await api.submitted()
    async with api.client() as client:
        answer = await client.get(f"/api/v1/tasks/{task_id}/attempts/1/diff/2")
    assert (answer.status_code, answer.json()["code"]) == (404, "attempt_unknown")


async def test_a_task_that_is_retried_says_when_and_why(api: Installation) -> None:
    task_id = await api.submitted()
    await api.until(task_id, status="running")
    failed = TaskWorkFailed(attempt=1, tries=1, worker="reader", error=DOWN)
    await api.live.publish(failed, task_id=task_id)
    while not (task := await api.get(f"/tasks/{task_id}"))["retry"]:
        await asyncio.sleep(0.02)
    retry = task["retry"]
    assert (retry["tries"], retry["limit"], retry["error"]["type"]) == (1, 5, "onec_unreachable")
    async with api.client() as client:
        compact = (await client.get(f"/api/tasks/{task_id}")).json()
    assert (compact["status"], compact["retry"]) == ("running", retry)
    for wanted in ({"retrying": "true"}, {"failure": "d0d0"}):
        assert task_id in [one["id"] for one in (await api.get("/tasks", **wanted))["items"]]
    assert task_id not in [one["id"] for one in (await api.get("/tasks", retrying="false"))["items"]]
