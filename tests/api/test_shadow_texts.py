"""What a person writes with a shadow: not in the log, there for whoever needs it, gone with who needed it."""

from typing import Any

import orjson
import psycopg
import pytest

from tests.api.installation import Installation
from tests.formats.sheets import table
from tests.projections.story import batch, source_read

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

MENDED: dict[str, Any] = {"mapping": {"quantity": "у Петрова"}, "header_row": 2}
WORDS = ("Иванова", "Петрова", "Сидорова")


async def loaded(api: Installation, **params: Any) -> str:
    """A stock file of which everything is in."""
    content = table("Артикул;Остаток;у Петрова", "А-1;5;6")
    answer = await api.post(
        "/imports/stock",
        files={"file": ("остатки.csv", content)},
        data={"params": orjson.dumps(params).decode(), "force": "true"},
    )
    assert answer.status_code == 202, answer.text
    return await completed(api, answer.json()["task_id"])


async def completed(api: Installation, task_id: str, attempt: int = 1) -> str:
    await api.until(task_id, status="running", attempt=attempt)
    await api.live.publish(
        batch(1, 10, attempt=attempt), source_read(10, 1, attempt=attempt), task_id=task_id
    )
    await api.until(task_id, status="completed", attempt=attempt)
    return task_id


async def shadow_of(api: Installation, task_id: str, key: str | None = None, **wanted: Any) -> str:
    headers = {"Idempotency-Key": key} if key else None
    answer = await api.post(f"/tasks/{task_id}/shadow", headers=headers, json=wanted)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["task_id"])


async def promoted(api: Installation, shadow_id: str) -> None:
    answer = await api.post(f"/tasks/{shadow_id}/promote")
    assert answer.status_code == 202, answer.text
    assert answer.json()["attempt"] is not None


async def said(api: Installation, task_id: str, kind: str) -> dict[str, Any]:
    events = (await api.get(f"/tasks/{task_id}/events", limit=100))["items"]
    assert not [word for word in WORDS if word in orjson.dumps(events).decode()]
    found: dict[str, Any] = [one for one in events if one["type"] == kind][-1]["data"]["params"]
    return found


async def kept(api: Installation, holder: str | None) -> Any:
    async with await psycopg.AsyncConnection.connect(api.settings.libpq_url) as made:
        row = await made.execute("SELECT texts FROM task_text WHERE task_id = %s", [holder])
        found = await row.fetchone()
    return found and found[0]


async def cleaned_up(api: Installation, *gone: str) -> None:
    assert (await api.post("/tasks/cleanup", role="admin", json={"older_than_days": 0})).is_success
    for task_id in gone:
        await api.live.until("SELECT 1 FROM purged_task WHERE id = %s", task_id)


async def test_a_promoted_mapping_is_kept_for_its_task_as_long_as_that_can_be_replayed(
    api: Installation,
) -> None:
    task_id = await loaded(api, warehouse="у Иванова")
    shadow_id = await shadow_of(api, task_id, "once", **MENDED)
    assert await shadow_of(api, task_id, "once", **MENDED) == shadow_id
    submitted = await said(api, shadow_id, "task.submitted.v1")
    texts = {"warehouse": "у Иванова", "mapping": {"quantity": "у Петрова"}}
    assert (submitted["header_row"], await kept(api, shadow_id)) == (2, texts)
    shown = await api.get(f"/tasks/{shadow_id}")
    assert texts.items() <= shown["params"].items()
    await completed(api, shadow_id)
    await promoted(api, shadow_id)
    request = await said(api, task_id, "task.replay_requested.v1")
    assert request == await said(api, task_id, "task.request_accepted.v1")
    copy = request["texts_of"]
    assert request["texts"] == submitted["texts"]
    assert (request["header_row"], request["mapping"], request["sheet"]) == (2, None, None)
    assert await kept(api, copy) == texts
    # The shadow goes while its original runs.
    await cleaned_up(api, shadow_id)
    assert (await kept(api, shadow_id), await kept(api, copy)) == (None, texts)
    await completed(api, task_id, attempt=2)
    # What stands over the recording now is what the next shadow begins with.
    again = await shadow_of(api, task_id)
    assert await kept(api, again) == texts
    assert (await said(api, again, "task.submitted.v1"))["texts"] == submitted["texts"]
    await completed(api, again)
    await cleaned_up(api, task_id, again)
    assert (await kept(api, task_id), await kept(api, copy)) == (None, None)


async def test_a_mapping_over_a_file_without_one_and_nothing_over_one_that_had(api: Installation) -> None:
    task_id = await loaded(api)
    shadow_id = await completed(api, await shadow_of(api, task_id, sheet="у Сидорова"))
    await promoted(api, shadow_id)
    request = await said(api, task_id, "task.replay_requested.v1")
    assert await kept(api, request["texts_of"]) == {"sheet": "у Сидорова"}
    await completed(api, task_id, attempt=2)
    plain = await completed(api, await shadow_of(api, task_id, delimiter=";"))
    assert "texts" not in await said(api, plain, "task.submitted.v1")
    await promoted(api, plain)
    request = await said(api, task_id, "task.replay_requested.v1")
    assert (request["texts"], request["texts_of"], request["delimiter"]) == (None, None, ";")
