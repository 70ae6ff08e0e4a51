"""Asking what today's rules would change: who may, what is answered, what is refused, and promoting."""

from typing import Any

import pytest

from tests.api.installation import Installation
from tests.api.test_replay import partial
from tests.projections.story import batch, source_read

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]


async def asked(api: Installation, task_id: str, key: str | None = None, **wanted: Any) -> Any:
    headers = {"Idempotency-Key": key} if key else None
    return await api.post(f"/tasks/{task_id}/shadow", headers=headers, json=wanted)


async def test_a_shadow_is_a_dry_run_of_its_own_and_is_promoted_as_a_replay(api: Installation) -> None:
    task_id = await partial(api)
    before = await api.get(f"/tasks/{task_id}")
    answer = await asked(api, task_id, "once")
    assert answer.status_code == 202, answer.text
    shadow_id = answer.json()["task_id"]
    shadow = await api.until(shadow_id, status="running")
    assert (shadow["shadow_of"], shadow["dry_run"], shadow["kind"]) == (task_id, True, before["kind"])
    assert shadow["params"] == before["params"]
    said = await api.get(f"/tasks/{shadow_id}/shadow")
    assert (said["shadow_of"], said["attempt"], said["input"], said["stale"]) == (
        task_id,
        1,
        "recorded",
        None,
    )
    assert (said["rows"], said["fields"], said["message"]) == (0, {}, "Nothing would change")
    assert (await api.get(f"/tasks/{shadow_id}/shadow/rows"))["items"] == []
    early = await api.post(f"/tasks/{shadow_id}/promote")
    assert (early.status_code, early.json()["args"]["refused"]) == (409, "shadow_not_done")
    assert await api.get(f"/tasks/{task_id}") == before

    await api.live.publish(batch(1, 10), source_read(10, 1), task_id=shadow_id)
    await api.until(shadow_id, status="completed")
    first, second = [
        (await api.post(f"/tasks/{shadow_id}/promote", headers={"Idempotency-Key": "p"})).json()
        for _ in range(2)
    ]
    assert first | {"status": ""} == second | {"status": ""}
    assert (first["task_id"], first["attempt"], first["scope"]) == (task_id, 2, "all")
    events = (await api.get(f"/tasks/{task_id}/events"))["items"]
    [request] = [one for one in events if one["type"] == "task.replay_requested.v1"]
    assert request["data"]["params"] == {"preview": shadow_id}
    late = await api.post(f"/tasks/{shadow_id}/promote")
    assert (late.status_code, late.json()["args"]["refused"]) == (409, "replayed_since")
    assert (await api.get(f"/tasks/{shadow_id}/shadow"))["stale"] == "replayed_since"
    # The key is the first answer's, however the original has moved on.
    assert (await asked(api, task_id, "once")).json()["task_id"] == shadow_id
    assert (await asked(api, task_id, "other")).json()["args"]["refused"] == "still_running"


async def test_who_may(api: Installation) -> None:
    task_id = await partial(api)
    for path in ("shadow", "promote"):
        assert (await api.post(f"/tasks/{task_id}/{path}", role="user")).status_code == 403
    async with api.client("user") as client:
        assert (await client.get(f"/api/v1/tasks/{task_id}/shadow")).json()["code"] == "not_a_shadow"
        assert (await client.get(f"/api/v1/tasks/{task_id}/shadow/rows")).status_code == 404


async def test_what_cannot_be_checked_is_refused_with_the_reason(api: Installation) -> None:
    task_id = await api.submitted()
    await api.until(task_id, status="running")
    running = await asked(api, task_id)
    assert (running.status_code, running.json()["code"]) == (409, "shadow_refused")
    assert running.json()["args"]["refused"] == "still_running"
    table = await asked(api, task_id, mapping={"code": "A"})
    assert (table.status_code, table.json()["code"], table.json()["field"]) == (
        422,
        "shadow_no_table",
        "mapping",
    )
    assert (await asked(api, task_id, rules="yesterday")).status_code == 422
    unknown = "0192f0a1-7c5e-7000-8000-00000000ffff"
    assert (await asked(api, unknown)).status_code == 404
    assert (await api.post(f"/tasks/{unknown}/promote")).status_code == 404
