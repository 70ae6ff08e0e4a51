"""How tables were read, and templates, over HTTP."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import psycopg
import pytest

from infra.clock import new_id
from jobs.base import TaskSpec
from jobs.prices.layouts import STOCK
from jobs.sources.table import TableSource
from tests.api.installation import Installation
from tests.formats.sheets import table
from tests.jobs import pricing
from tests.jobs.test_table_source import stored

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]
WISHES: dict[str, Any] = {
    "header_row": 2,
    "delimiter": ";",
    "mapping": {"quantity": "Остаток", "warehouse": "=Основной"},
}


@pytest.fixture(autouse=True)
async def empty(api: Installation) -> AsyncIterator[None]:
    async with await psycopg.AsyncConnection.connect(api.settings.libpq_url, autocommit=True) as made:
        await made.execute("TRUNCATE table_mapping, table_template")
        yield


async def surveyed(api: Installation, task_id: str, content: bytes, **params: Any) -> None:
    tools = pricing.tools(api.settings.libpq_url)
    spec = TaskSpec(task_id, 1, "stock_import", params, await stored(tools.objects, content))
    await TableSource(spec, tools, STOCK).survey()


async def asked(api: Installation, method: str, path: str, role: str = "manager", **more: Any) -> Any:
    async with api.client(role) as client:
        return await client.request(method, f"/api/v1{path}", **more)


async def test_success_a_task_shows_how_its_table_was_read(api: Installation) -> None:
    task_id = await api.submitted()
    assert (await asked(api, "GET", f"/tasks/{task_id}/mapping")).json()["code"] == "mapping_unknown"
    await surveyed(api, task_id, table("Склад: Дальний", "Артикул;Остаток", "А-1;1,5"))
    shown = await api.get(f"/tasks/{task_id}/mapping")
    assert shown["found"] == {
        "format": "csv",
        "sheet": "",
        "header_rows": [2],
        "columns": [
            {"field": "number", "column": "A", "header": "Артикул", "warehouse": ""},
            {"field": "quantity", "column": "B", "header": "Остаток", "warehouse": ""},
        ],
        "constants": {"warehouse": "Дальний"},
        "encoding": "utf-8",
        "delimiter": ";",
        "decimal": ",",
        "price_type": None,
    }
    assert shown["first_rows"][2] == {"row": 3, "cells": ["А-1", "1,5"]}
    assert (await asked(api, "GET", f"/tasks/{task_id}/mapping", params={"attempt": 2})).status_code == 404
    assert (await asked(api, "GET", f"/tasks/{new_id()}/mapping")).json()["code"] == "task_unknown"


async def test_what_was_written_beside_a_file_is_shown_and_is_not_in_the_log(api: Installation) -> None:
    said = {"warehouse": "у Иванова", "mapping": {"quantity": "Остаток"}}
    content = table("Артикул;Остаток", "А-1;5")

    async def imported(params: dict[str, Any]) -> httpx.Response:
        files, key = {"file": ("остатки.csv", content)}, {"Idempotency-Key": "written"}
        data = {"params": orjson.dumps(params | {"batch_size": 50}).decode()}
        return await api.post("/imports/stock", headers=key, files=files, data=data)

    answer = await imported(said)
    assert answer.status_code == 202, answer.text
    task_id = answer.json()["task_id"]
    await api.live.until("SELECT 1 FROM task WHERE id = %s", task_id)
    shown = (await api.get(f"/tasks/{task_id}"))["params"]
    assert shown == said | {"batch_size": 50, "currency": "RUB", "demo": False, "file_name": "остатки.csv"}
    assert (await api.get("/tasks", kind="stock_import"))["items"][0]["params"] == shown
    event = (await api.get(f"/tasks/{task_id}/events"))["items"][0]
    assert set(event["data"]["params"]) == {"texts", "batch_size", "currency", "demo"}
    assert re.fullmatch("[0-9a-f]{32}", event["data"]["params"]["texts"])
    assert (await imported(said)).json()["task_id"] == task_id
    assert (await imported(said | {"warehouse": "у Петрова"})).json()["code"] == "key_reused"


async def test_a_cleanup_takes_what_was_written(api: Installation) -> None:
    task_id = await api.submitted()
    async with await psycopg.AsyncConnection.connect(api.settings.libpq_url, autocommit=True) as made:
        await made.execute("INSERT INTO task_text VALUES (%s, '{}')", [task_id])
    await surveyed(api, task_id, table("Артикул;Остаток", "А-1;5"), warehouse="x")
    await api.post(f"/tasks/{task_id}/cancel")
    await api.until(task_id, status="cancelled")
    answer = await api.post("/tasks/cleanup", role="admin", json={"older_than_days": 0})
    assert answer.status_code == 202, answer.text
    await api.live.until("SELECT 1 FROM purged_task WHERE id = %s", task_id)
    async with await psycopg.AsyncConnection.connect(api.settings.libpq_url) as made:
        for name in ("task_text", "table_mapping"):
            found = await made.execute(f"SELECT count(*) FROM {name} WHERE task_id = %s", [task_id])
            assert await found.fetchone() == (0,), name


async def test_a_template_is_saved_listed_replaced_and_forgotten(api: Installation) -> None:
    path, of = "/table-templates/Остатки%20филиала", {"kind": "stock_import"}
    assert (await asked(api, "GET", path, params=of)).json()["code"] == "template_unknown"
    saved = await asked(api, "PUT", path, params=of, json=WISHES)
    assert saved.status_code == 200, saved.text
    assert (saved.json()["name"], saved.json()["saved_by"]) == ("Остатки филиала", "manager")
    assert (await asked(api, "PUT", path, params=of, json=WISHES | {"delimiter": ","})).status_code == 200
    [listed] = (await api.get("/table-templates", **of))["items"]
    assert listed["wishes"]["delimiter"] == ","
    assert (await api.get("/table-templates", kind="stock"))["items"] == [listed]
    assert (await asked(api, "GET", path, params={"kind": "stock"})).json() == listed
    assert (await api.get("/table-templates", kind="quotes"))["items"] == []
    assert (await asked(api, "DELETE", path, params=of)).status_code == 204
    assert (await asked(api, "DELETE", path, params=of)).status_code == 404


@pytest.mark.parametrize(
    ("kind", "wishes", "status", "field"),
    [
        ("bank_transactions", {}, 404, "kind"),
        ("stock_import", {"delimiter": "x"}, 422, "delimiter"),
        ("stock_import", {"header_row": -1}, 422, "header_row"),
        ("stock_import", {"mapping": {"a": "\0"}}, 422, "mapping.a"),
        ("stock_import", {"colour": "red"}, 422, "colour"),
        ("stock_import", {"mapping": {"colour": "A"}}, 422, "mapping"),
    ],
)
async def test_failing_templates_that_make_no_sense_are_refused(
    api: Installation, kind: str, wishes: Any, status: int, field: str
) -> None:
    answer = await asked(api, "PUT", "/table-templates/x", params={"kind": kind}, json=wishes)
    assert (answer.status_code, answer.json()["field"]) == (status, field)


async def test_failing_templates_of_a_kind_that_is_not_there_are_refused(api: Installation) -> None:
    for path, status in (("/table-templates", 422), ("/table-templates/x", 404)):
        answer = await asked(api, "GET", path, params={"kind": "quatsch"})
        assert (answer.status_code, answer.json()["code"]) == (status, "kind_unknown")
        assert answer.json()["args"]["known"].endswith("part-numbers, quotes, stock")


async def test_failing_users_only_read_templates(api: Installation) -> None:
    of = {"kind": "stock_import"}
    assert (await asked(api, "PUT", "/table-templates/x", "user", params=of, json={})).status_code == 403
    assert (await asked(api, "DELETE", "/table-templates/x", "user", params=of)).status_code == 403
    assert (await asked(api, "GET", "/table-templates", "user")).status_code == 200


@pytest.mark.parametrize(
    ("said", "code", "field", "known"),
    [
        ({"template": "nosuch"}, "template_not_saved", "params.template", "Ночь"),
        ({"mapping": {"foo": "A"}}, "mapping_field_unknown", "params.mapping", "quantity (Количество)"),
        ({"template": "Ночь", "mapping": {"foo": "A"}}, "mapping_field_unknown", "params.mapping", "number"),
    ],
)
async def test_failing_names_that_are_not_there_are_refused_before_anything_begins(
    api: Installation, said: dict[str, Any], code: str, field: str, known: str
) -> None:
    await asked(api, "PUT", "/table-templates/Ночь", params={"kind": "stock"}, json=WISHES)
    files, data = (
        {"file": ("a.csv", table("Артикул;Остаток", "А-1;6"))},
        {"params": orjson.dumps(said).decode()},
    )
    answer = await api.post("/imports/stock", files=files, data=data)
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["field"]) == (422, code, field), problem
    assert known in problem["detail"]
    assert "Nothing was" in problem["detail"]


async def test_failing_where_no_template_is_saved_that_is_said(api: Installation) -> None:
    files = {"file": ("a.csv", table("Контрагент;ИНН", "x;1"))}
    answer = await api.post("/imports/contractors", files=files, data={"params": '{"template": "x"}'})
    assert (answer.status_code, answer.json()["code"]) == (422, "no_template_saved")


async def test_a_request_that_comes_again_has_its_task_though_its_template_is_gone(api: Installation) -> None:
    path, of = "/table-templates/Скоро", {"kind": "stock_import"}
    await asked(api, "PUT", path, params=of, json=WISHES)
    files, data = {"file": ("a.csv", table("Артикул;Остаток", "А-1;8"))}, {"params": '{"template": "Скоро"}'}
    first = await api.post("/imports/stock", headers={"Idempotency-Key": "t"}, files=files, data=data)
    assert first.status_code == 202, first.text
    await asked(api, "DELETE", path, params=of)
    again = await api.post("/imports/stock", headers={"Idempotency-Key": "t"}, files=files, data=data)
    assert again.json()["task_id"] == first.json()["task_id"]
    for said, code in (
        ({"template": "Скоро"}, "template"),
        ({"mapping": {"foo": "A"}}, "mapping_field_unknown"),
    ):
        shadow = await api.post(f"/tasks/{first.json()['task_id']}/shadow", json=said)
        assert (shadow.status_code, code in shadow.json()["code"]) == (422, True), shadow.text
