"""``/bulk``: previewed, frozen, refused where nobody could mean it."""

import pytest

from tests.api.installation import Installation, Json

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]


async def preview(api: Installation, answered: int = 200, **filters: object) -> Json:
    body = {"action": "cancel", "filter": filters}
    answer = await api.post("/bulk/preview", json=body)
    assert answer.status_code == answered, answer.text
    found: Json = answer.json()
    return found


async def test_a_preview_freezes_the_tasks_and_says_what_would_be_asked(api: Installation) -> None:
    first = await api.submitted()
    await api.until(first, status="running")
    found = await preview(api, kind=["bank-transactions"])
    assert (found["tasks"], found["asked"] + sum(found["skipped"].values())) == (1, 1)
    assert [one["task_id"] for one in found["sample"]] == [first]
    again = await preview(api, kind=["bank_transactions"])
    assert again["selection"] == found["selection"]
    second = await api.submitted()
    await api.until(second, status="running")
    assert (await preview(api, kind=["bank-transactions"]))["selection"] != found["selection"]


async def test_a_bulk_operation_is_a_task_with_an_idempotency_key(api: Installation) -> None:
    task = await api.submitted()
    await api.until(task, status="running")
    found = await preview(api, status=["running"])
    body = {"action": "cancel", "selection": found["selection"], "rate": 50}
    answers = [await api.post("/bulk", json=body, headers={"Idempotency-Key": "k1"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    bulk = answers[0].json()["task_id"]
    assert answers[1].json()["task_id"] == bulk
    shown = await api.until(bulk, kind="bulk")
    assert shown["params"]["action"] == "cancel"
    assert (await api.get(f"/tasks/{bulk}/targets"))["items"] == []


async def test_what_nobody_could_mean_is_refused(api: Installation) -> None:
    assert (await preview(api, 422))["type"].endswith("bulk_without_filter")
    assert (await preview(api, 422, submitted_by="nobody"))["type"].endswith("bulk_nothing")
    assert (await preview(api, 422, kind=["typo"]))["status"] == 422
    unknown = {"action": "undo", "selection": "0" * 64}
    assert (await api.post("/bulk", json=unknown)).status_code == 404
    assert (await api.post("/bulk", json=unknown, role="user")).status_code == 403
    assert (await api.post("/bulk", json=unknown | {"rate": 1_000})).status_code == 422
    assert (await api.post("/bulk/preview", json={"action": "eat", "filter": {}})).status_code == 422
