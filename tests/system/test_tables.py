"""Workbooks over the real API and stack: how one was read is shown, corrected, and saved for the next."""

from typing import Any

import pytest

from tests.formats.sheets import Rows, workbook
from tests.system.books import VERDICTS
from tests.system.client import Client

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

ITEMS = 2_500
REPORT: Rows = [
    ["Остатки товаров"],
    ["Номенклатура", "Код", "Ед. изм.", "Остаток", None, None],
    [None, None, None, "Главный", "Розница", "Итого"],
    ["Крепёж", None, None, "1", "2", "3"],
    *[[f"Деталь {n}", f"Т-{n:05}", "шт", n + 0.5, 1, n + 1.5] for n in range(ITEMS)],
    ["Чужая", "Т-ЧУЖАЯ", "шт", 1, None, 1],
    ["Итого", None, None, 1, 1, 2],
]
UNKNOWN: Rows = [["Что это", "Сколько"], ["Т-00001", 7], ["Т-00002", 8]]
WISHES = {"header_row": 1, "mapping": {"code": "A", "quantity": "Сколько", "warehouse": "=Дальний"}}


def uploaded(client: Client, kind: str, content: bytes, **fields: str) -> dict[str, Any]:
    answer = client.http.post(f"/imports/{kind}", files={"file": ("file.xlsx", content)}, data=fields)
    assert answer.status_code == 202, answer.text
    return client.finished(str(answer.json()["task_id"]))


def counts(task: dict[str, Any]) -> dict[str, int]:
    assert task["status"] == "completed", task
    return {name: task["counts"][name] for name in VERDICTS if task["counts"][name]}


def test_a_report_of_1c_becomes_stock(manager: Client) -> None:
    components = workbook([["Код", "Наименование"], *[[f"Т-{n:05}", f"Деталь {n}"] for n in range(ITEMS)]])
    assert counts(uploaded(manager, "components", components)) == {"created": ITEMS}
    content = workbook(REPORT, merges=["A2:A3", "B2:B3", "C2:C3", "D2:F2"])
    dry = uploaded(manager, "stock", content, dry_run="true")
    assert counts(dry) == {"created": 2 * ITEMS, "rejected": 1, "skipped": 2}
    done = uploaded(manager, "stock", content)
    assert counts(done) == counts(dry)
    wanted = {"rows_total": 2 * ITEMS + 3, "inserted": 2 * ITEMS, "updated": 0, "unchanged": 0, "rejected": 1}
    assert {name: done["result"][name] for name in wanted} == wanted
    [reject] = manager.every(f"/tasks/{done['id']}/rejects")
    assert (reject["code"], reject["sheet_row"]) == ("part_number_unknown", ITEMS + 5)
    assert (reject["field"], reject["raw"]) == (
        "Код",
        {"Номенклатура": "Чужая", "Код": "Т-ЧУЖАЯ", "Ед. изм.": "шт", "Остаток / Главный": "1"},
    )
    patched = manager.http.patch(
        f"/tasks/{done['id']}/rejects/{reject['row_no']}",
        json={"fields": {"Код": "Т-00001", "Остаток / Главный": "1.5"}},
    )
    assert patched.status_code == 200, patched.text
    assert patched.json()["raw"]["Остаток / Главный"] == "1.5"
    assert manager.http.post(f"/tasks/{done['id']}/replay", json={"scope": "rejected"}).status_code == 202
    assert manager.finished(str(done["id"]))["counts"]["rejected"] == 0
    found = manager.get(f"/tasks/{done['id']}/mapping")["found"]
    assert (found["sheet"], found["header_rows"]) == ("TDSheet", [2, 3])
    assert [one["warehouse"] for one in found["columns"] if one["field"] == "quantity"] == [
        "Главный",
        "Розница",
    ]
    assert counts(uploaded(manager, "stock", content, force="true"))["unchanged"] == 2 * ITEMS


def test_a_header_that_nobody_knows_is_shown_and_taught(manager: Client) -> None:
    content = workbook(UNKNOWN)
    failed = uploaded(manager, "stock", content)
    assert (failed["status"], failed["error"]["type"]) == ("failed", "header_unknown")
    shown = manager.get(f"/tasks/{failed['id']}/mapping")
    assert shown["found"] is None
    assert shown["first_rows"][0] == {"row": 1, "cells": ["Что это", "Сколько"]}
    assert "quantity" in {field["field"] for field in shown["wanted"] if field["required"]}
    saved = manager.http.put("/table-templates/Дальний", params={"kind": "stock_import"}, json=WISHES)
    assert saved.status_code == 200, saved.text
    done = uploaded(manager, "stock", content, params='{"template": "Дальний"}')
    assert counts(done) == {"created": 2}
    rows = manager.every("/stock", warehouse="Дальний")
    assert sorted((row["number"], row["quantity"]) for row in rows) == [("Т-00001", "7"), ("Т-00002", "8")]
    assert done["params"]["template"] == "Дальний"


def test_what_is_written_beside_a_file_counts_and_is_not_in_the_log(manager: Client) -> None:
    content = workbook([["Код", "Наименование"], ["Т-00001", "Деталь 1"]])
    uploaded(manager, "components", content, force="true")
    content = workbook([["Код", "Что есть"], ["Т-00001", 7]])
    said = '{"warehouse": "У Иванова", "mapping": {"quantity": "Что есть"}}'
    done = uploaded(manager, "stock", content, params=said)
    assert counts(done) == {"created": 1}
    [row] = manager.every("/stock", warehouse="У Иванова")
    assert row["quantity"] == "7"
    assert "Иванова" not in str(manager.every(f"/tasks/{done['id']}/events"))
