"""Asking to undo: who may, what is answered, what an undo would do, and what stands on a task."""

from typing import Any

import psycopg
import pytest

from infra.clock import new_id
from tests.api.installation import Installation
from tests.projections.story import batch, source_read

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]


async def completed(api: Installation) -> str:
    task_id = await api.submitted()
    await api.until(task_id, status="running")
    await api.live.publish(batch(1, 10), source_read(10, 1), task_id=task_id)
    await api.until(task_id, status="completed")
    return task_id


async def execute(api: Installation, statement: str, *values: Any) -> None:
    url = api.settings.libpq_url
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute(statement, values)


async def test_it_is_accepted_once_and_the_second_hears_why_not(api: Installation) -> None:
    task_id = await completed(api)
    first = await api.post(f"/tasks/{task_id}/undo")
    assert (first.status_code, first.json()["accepted"]) == (202, True), first.text
    second = await api.post(f"/tasks/{task_id}/undo", json={"force": True})
    assert (second.status_code, second.json()["args"]["refused"]) == (409, "being_undone")
    assert second.json()["args"]["reason"] in second.json()["detail"]
    task = await api.get(f"/tasks/{task_id}")
    assert (task["status"], task["outcome"], task["progress"]["percent"]) == ("completed", "clean", 0)


async def test_one_key_is_one_request(api: Installation) -> None:
    task_id = await completed(api)
    headers = {"Idempotency-Key": "once"}
    answers = [await api.post(f"/tasks/{task_id}/undo", headers=headers, json={}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    other = await api.post(f"/tasks/{task_id}/undo", headers=headers, json={"force": True})
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")


async def test_what_runs_is_not_undone(api: Installation) -> None:
    task_id = await api.submitted()
    await api.until(task_id, status="running")
    answer = await api.post(f"/tasks/{task_id}/undo")
    assert (answer.status_code, answer.json()["args"]["refused"]) == (409, "still_running")


async def test_a_user_may_look_but_not_undo(api: Installation) -> None:
    task_id = await completed(api)
    refused = await api.post(f"/tasks/{task_id}/undo", role="user")
    assert (refused.status_code, refused.json()["code"]) == (403, "role_missing")
    preview = await api.get(f"/tasks/{task_id}/undo/preview")
    assert (preview["removed"], preview["restored"], preview["conflicts"]) == (0, 0, 0)
    assert (preview["dates"], preview["items"], preview["next_cursor"]) == (None, [], None)


@pytest.mark.parametrize("path", ["undo", "undo/preview", "undo/conflicts", "impact"])
async def test_of_what_is_not_there_nothing_can_be_said(api: Installation, path: str) -> None:
    async with api.client() as client:
        answer = await client.get(f"/api/v1/tasks/01990000-0000-7000-8000-0000000000ff/{path}")
    assert (answer.status_code, answer.json()["code"]) == (404, "task_unknown")


async def test_a_task_that_was_never_undone_says_so(api: Installation) -> None:
    task_id = await completed(api)
    async with api.client() as client:
        answer = await client.get(f"/api/v1/tasks/{task_id}/undo")
    assert (answer.status_code, answer.json()["code"]) == (404, "undo_unknown")


async def test_a_price_list_is_not_taken_back(api: Installation) -> None:
    made = await api.post("/pricelists", json={"kind": "estimate"})
    task_id = made.json()["task_id"]
    await api.until(task_id, status="running")
    async with api.client(**{"Accept-Language": "en"}) as client:
        answer = await client.get(f"/api/v1/tasks/{task_id}/undo/preview")
    assert (answer.status_code, answer.json()["args"]["refused"]) == (409, "cannot_be_undone")
    assert "price list" in answer.json()["detail"]


async def test_conflicts_are_paged_and_worded(api: Installation) -> None:
    task_id, other = await completed(api), new_id()
    for place, reason in enumerate(("changed_by_import", "changed_by_person", "still_used"), 1):
        await execute(
            api,
            "INSERT INTO undo_conflict"
            " (task_id, place, tab, row_id, row_no, shown, reason, other_task, action)"
            " VALUES (%s, %s, 'component', %s, %s, 'X', %s, %s, 'leave')",
            *(task_id, place, str(place), place, reason, other if place == 1 else None),
        )
    first = await api.get(f"/tasks/{task_id}/undo/conflicts", limit=2)
    rest = await api.get(f"/tasks/{task_id}/undo/conflicts", limit=2, cursor=first["next_cursor"])
    found = [*first["items"], *rest["items"]]
    assert [item["row"] for item in found] == [1, 2, 3]
    assert (found[0]["other_task"], found[0]["becomes"]) == (other, "stays")
    assert all(item["message"] for item in found)


async def test_it_says_what_stands_on_a_task_and_what_it_stands_on(api: Installation) -> None:
    one, two, priced, listed = await completed(api), await completed(api), new_id(), new_id()
    # Prices are looked for where a task of its kind can stand behind them.
    await execute(api, "UPDATE read.task SET kind = 'components' WHERE id = %s", one)
    await execute(
        api,
        "INSERT INTO row_before (task_id, tab, row_id, owner, before)"
        " VALUES (%s, 'component', '1', %s, '{}')",
        *(two, one),
    )
    await execute(
        api,
        "INSERT INTO component (code, code_key, name, vendor, category, unit, method, coefficient, rounding,"
        " currency, task_id, row_no) OVERRIDING SYSTEM VALUE"
        " VALUES ('X', 'X', '', '', '', '', 'latest', 1, 0.01, 'RUB', %s, 1)",
        one,
    )
    await execute(
        api,
        "INSERT INTO price_history (component_id, new, currency, method, inputs, task_id)"
        " SELECT id, 1, 'RUB', 'latest', '{\"as_of\": \"2025-03-03\", \"days\": 30}', %s FROM component",
        priced,
    )
    await execute(
        api,
        "INSERT INTO pricelist (id, kind, currency, as_of, taken_at, expected)"
        " VALUES (%s, 'estimate', 'RUB', now(), now(), 1)",
        listed,
    )
    await execute(
        api,
        "INSERT INTO pricelist_item"
        " (pricelist_id, row_no, component_id, code, name, vendor, category, unit, price)"
        " SELECT %s, 1, id, '', '', '', '', '', 1 FROM component",
        listed,
    )
    found = await api.get(f"/tasks/{one}/impact")
    assert {(item["task_id"], item["how"], item["rows"]) for item in found["standing_on"]} == {
        (two, "changed", 1),
        (priced, "priced", 1),
        (listed, "listed", 1),
    }
    assert (
        next(item["kind"] for item in found["standing_on"] if item["task_id"] == two) == "bank_transactions"
    )
    before = await api.get(f"/tasks/{two}/impact")
    assert [(item["task_id"], item["how"]) for item in before["stands_on"]] == [(one, "changed")]
