"""Contractors over HTTP, and whose transactions are whose."""

from typing import Any
from uuid import uuid4

import psycopg
import pytest

from infra.clock import new_id
from tests.api.installation import Installation
from tests.projections.story import batch, source_read

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

_CONTRACTOR = """
INSERT INTO contractor (key, code, name, full_name, kind, inn, kpp, okpo, task_id, row_no, warnings)
VALUES (%s, '', %s, %s, 'company', %s, %s, '', %s, 1, %s) RETURNING id::text
"""
_TRANSACTION = """
INSERT INTO bank_transaction (key, number, date, booked_on, direction, amount, currency, account,
    counterparty_name, counterparty_inn, counterparty_kpp, counterparty_account, purpose, task_id, row_no)
VALUES (%s, '1', '2025-03-03', '2025-03-03', 'out', 10, 'RUB', '1', 'кто-то', %s, %s, '2', '', %s, 1)
"""


async def contractor(api: Installation, name: str, inn: str, kpp: str = "", *warnings: str) -> str:
    async with await psycopg.AsyncConnection.connect(api.settings.libpq_url, autocommit=True) as connection:
        row = [uuid4(), name, name, inn, kpp, new_id(), list(warnings)]
        found = await (await connection.execute(_CONTRACTOR, row)).fetchone()
    assert found is not None
    return str(found[0])


async def transaction(api: Installation, inn: str, kpp: str = "") -> dict[str, Any]:
    task_id = new_id()
    async with await psycopg.AsyncConnection.connect(api.settings.libpq_url, autocommit=True) as connection:
        await connection.execute(_TRANSACTION, [uuid4(), inn, kpp, task_id])
    [found] = (await api.get("/bank-transactions", task_id=task_id))["items"]
    return dict(found)


async def test_the_list_by_name_a_page_at_a_time(api: Installation) -> None:
    names = ["Яблоко", "абрикос", "Банан"]
    made = {name: await contractor(api, f"Фрукты {name}", "7711111111") for name in names}
    first = await api.get("/contractors", q="фрукты", limit=2)
    second = await api.get("/contractors", q="фрукты", limit=2, cursor=first["next_cursor"])
    listed = [row["name"] for row in first["items"] + second["items"]]
    assert listed == ["Фрукты абрикос", "Фрукты Банан", "Фрукты Яблоко"]
    assert second["next_cursor"] is None
    one = await api.get(f"/contractors/{made['Банан']}")
    assert (one["name"], one["inn"], one["retracted"]) == ("Фрукты Банан", "7711111111", False)


async def test_what_looks_wrong_can_be_looked_for(api: Installation) -> None:
    await contractor(api, "Подозрительный", "77222", "", "inn_length")
    found = await api.get("/contractors", has_warnings=True, inn="77222")
    assert [row["warnings"] for row in found["items"]] == [["inn_length"]]
    assert (await api.get("/contractors", has_warnings=False, inn="77222"))["items"] == []


@pytest.mark.parametrize("field", ["inn", "kpp", "q"])
async def test_failing_a_zero_byte_is_refused_by_its_field(api: Installation, field: str) -> None:
    async with api.client() as client:
        answer = await client.get("/api/v1/contractors", params={field: "\0"})
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_one_that_is_not_there(api: Installation) -> None:
    async with api.client() as client:
        answer = await client.get(f"/api/v1/contractors/{uuid4()}")
    assert (answer.status_code, answer.json()["code"]) == (404, "contractor_unknown")


async def test_a_transaction_knows_its_contractor_whichever_came_first(api: Installation) -> None:
    before = await transaction(api, "7733333333", "773301001")
    assert before["contractor"] is None
    made = await contractor(api, "Нашёлся", "7733333333", "773301001")
    again = await api.get("/bank-transactions", contractor_id=made)
    assert [row["id"] for row in again["items"]] == [before["id"]]
    assert again["items"][0]["contractor"] == {"id": made, "name": "Нашёлся"}


async def test_the_branch_is_told_by_its_kpp_and_not_guessed(api: Installation) -> None:
    head = await contractor(api, "Голова", "7744444444", "774401001")
    branch = await contractor(api, "Филиал", "7744444444", "774402001")
    assert (await transaction(api, "7744444444", "774402001"))["contractor"]["id"] == branch
    assert (await transaction(api, "7744444444", "774401001"))["contractor"]["id"] == head
    assert (await transaction(api, "7744444444"))["contractor"] is None


async def test_contractors_of_1c_become_a_task(api: Installation) -> None:
    bodies: tuple[dict[str, str] | None, ...] = (None, {})
    for body in bodies:
        answer = await api.post("/sync-1c/contractors/sync-async", json=body)
        assert answer.status_code == 202, answer.text
        task = await api.get(f"/tasks/{answer.json()['task_id']}")
        assert task["kind"] == "contractors"
    tried = await api.post("/sync-1c/contractors/sync-async", json={"dry_run": True})
    assert (await api.get(f"/tasks/{tried.json()['task_id']}"))["dry_run"] is True
    assert (await api.post("/sync-1c/contractors/sync-async", role="user")).status_code == 403


async def test_the_next_sync_goes_on_from_what_the_last_completed_one_saw(api: Installation) -> None:
    path = "/sync-1c/bank-transactions/sync-async"
    never = await api.post(path, json={})
    assert (never.status_code, never.json()["code"]) == (409, "never_synced")
    half = await api.post(path, json={"date_from": "2025-03-01"})
    assert (half.status_code, half.json()["code"]) == (422, "period_incomplete")

    accepted = await api.post(path, json={"date_from": "2025-03-01", "date_to": "2025-03-31"})
    task_id = accepted.json()["task_id"]
    assert (await api.post(path, json={"since_last": True})).status_code == 409
    await api.until(task_id, status="running")
    await api.live.publish(batch(1, 10), source_read(10, 1), task_id=task_id)
    await api.until(task_id, status="completed")

    following = await api.post(path, json={"since_last": True})
    assert following.status_code == 202, following.text
    task_id = following.json()["task_id"]
    params = (await api.get(f"/tasks/{task_id}"))["params"]
    assert (params["date_from"], params["incremental"]) == ("2025-03-17", True)
    assert params["date_to"] > "2025-03-31"
    await api.until(task_id, status="running")
    await api.live.publish(batch(1, 10), source_read(10, 1), task_id=task_id)
    assert (await api.until(task_id, status="completed"))["result"]["since"] == "2025-03-17"
