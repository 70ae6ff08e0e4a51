"""The closed period: who may set it and touch it, what is kept of both, and what the log says."""

import pytest

from tests.api.installation import Installation, statement
from tests.projections.story import batch, source_read

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

REASON = "Аудитор нашел ошибку в марте"


async def put(api: Installation, until: str | None, *, role: str = "admin", reason: str = "Март сдан") -> int:
    async with api.client(role) as client:
        body = {"closed_until": until, "reason": reason}
        answer = await client.put("/api/v1/closed-period", json=body)
    return answer.status_code


async def request_of(api: Installation, task_id: str, kind: str) -> dict[str, object]:
    events = (await api.get(f"/tasks/{task_id}/events"))["items"]
    found: dict[str, object] = next(one["data"] for one in events if one["type"] == f"task.{kind}.v1")
    return found


async def test_an_admin_sets_it_and_everybody_sees_who_when_and_why(api: Installation) -> None:
    assert (await api.get("/closed-period"))["closed_until"] is None
    assert await put(api, "2025-03-31") == 200
    assert await put(api, "2025-04-30", reason="Апрель сдан") == 200
    assert await put(api, None, reason="Открыто для исправления") == 200
    assert await put(api, "2025-04-30", reason="Апрель сдан снова") == 200
    now = await api.get("/closed-period")
    assert (now["closed_until"], now["reason"], now["set_by"]) == ("2025-04-30", "Апрель сдан снова", "admin")
    first = await api.get("/closed-period/history", limit=3)
    rest = await api.get("/closed-period/history", limit=3, cursor=first["next_cursor"])
    said = [item["closed_until"] for item in [*first["items"], *rest["items"]]]
    assert said == ["2025-04-30", None, "2025-04-30", "2025-03-31"]
    found = (await api.get("/events", type="access.closed_period_set.v1"))["items"]
    assert [item["data"].get("closed_until") for item in found] == said
    assert "Апрель" not in str(found), "the words are beside the trail"


@pytest.mark.parametrize("role", ["user", "manager"])
async def test_nobody_else_sets_it(api: Installation, role: str) -> None:
    assert await put(api, "2025-05-31", role=role) == 403


@pytest.mark.parametrize(
    "body", [{"closed_until": "2025-03-31"}, {"closed_until": "31.03.2025", "reason": "abc"}]
)
async def test_a_day_and_a_reason_must_be_said(api: Installation, body: dict[str, str]) -> None:
    async with api.client("admin") as client:
        assert (await client.put("/api/v1/closed-period", json=body)).status_code == 422


async def test_only_an_admin_may_give_a_reason(api: Installation) -> None:
    upload = await api.upload(closed_period_reason=REASON)
    assert (upload.status_code, upload.json()["code"]) == (403, "closed_period_admin_only")
    task_id = await api.submitted()
    asked = {"closed_period_reason": REASON}
    days = {"date_from": "2025-03-01", "date_to": "2025-03-31"}
    for path, body in {
        f"/tasks/{task_id}/replay": asked,
        f"/tasks/{task_id}/undo": asked,
        "/sync-1c/bank-transactions/sync-async": days | asked,
        "/transactions/reclassify": days | asked,
    }.items():
        answer = await api.post(path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "closed_period_admin_only"), path
        assert answer.json()["field"] == "closed_period_reason"


async def test_a_reason_is_kept_and_the_log_names_it_by_its_id(api: Installation) -> None:
    answer = await api.upload(statement("why"), role="admin", closed_period_reason=REASON)
    task_id = answer.json()["task_id"]
    await api.until(task_id, status="running")
    await api.live.publish(batch(1, 10), source_read(10, 1), task_id=task_id)
    await api.until(task_id, status="completed")
    for path in ("replay", "undo"):
        if path == "undo":
            await api.post(f"/tasks/{task_id}/cancel")
        answer = await api.post(
            f"/tasks/{task_id}/{path}",
            role="admin",
            json={"closed_period_reason": f"{REASON}: {path}"}
            | ({"input": "source"} if path == "replay" else {}),
        )
        assert answer.status_code == 202, answer.text
    kept = (await api.get("/closed-period/overrides", task_id=task_id))["items"]
    assert [(one["request"], one["reason"], one["given_by"]) for one in kept] == [
        ("undo", f"{REASON}: undo", "admin"),
        ("replay", f"{REASON}: replay", "admin"),
        ("submit", REASON, "admin"),
    ]
    for one, kind in zip(kept, ("undo_requested", "replay_requested", "submitted"), strict=True):
        assert (await request_of(api, task_id, kind))["closed_period_override"] == one["id"]
    assert "Аудитор" not in str((await api.get(f"/tasks/{task_id}/events"))["items"])


async def test_one_key_is_one_reason(api: Installation) -> None:
    content, headers = statement("keyed"), {"Idempotency-Key": "closed-1"}
    first = await api.upload(content, role="admin", headers=headers, closed_period_reason=REASON)
    again = await api.upload(content, role="admin", headers=headers, closed_period_reason=REASON)
    other = await api.upload(content, role="admin", headers=headers, closed_period_reason="Другая причина")
    assert (first.status_code, again.json()["task_id"]) == (202, first.json()["task_id"])
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")


@pytest.mark.parametrize("reason", ["x", "  ", "a\nb", "я" * 501])
async def test_a_reason_has_some_words_and_no_line_ends(api: Installation, reason: str) -> None:
    task_id = await api.submitted()
    answer = await api.post(f"/tasks/{task_id}/undo", role="admin", json={"closed_period_reason": reason})
    assert (answer.status_code, answer.json()["field"]) == (422, "closed_period_reason")
