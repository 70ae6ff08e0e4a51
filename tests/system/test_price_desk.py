"""The price desk over the real API and stack: files in, prices, price lists and their files out."""

import csv
import io
import zipfile
from typing import Any

import pytest

from tests.jobs.pricing import TABLES
from tests.system.books import VERDICTS
from tests.system.client import Client
from tests.system.running import RunningStack
from tests.system.test_redrive import redriven

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

COMPONENTS = "Код;Наименование;Ед. изм.;Метод\r\n" + "".join(
    f"А-{n:04};Компонент {n};шт;{'Медиана' if n % 2 else 'Средневзвешенная'}\r\n" for n in range(2_500)
)
NUMBERS = "Артикул;Производитель;Код\r\n" + "".join(f"PN {n:04};Bosch;А-{n:04}\r\n" for n in range(2_499))
QUOTES = "Артикул;Поставщик;Цена;Количество;Дата\r\n" + "".join(
    f"pn {n:04};ООО {supplier};{price};{quantity};2025-03-{day:02}\r\n"
    for n in range(2_499)
    for supplier, price, quantity, day in (("Ромашка", "10,00", 3, 3), ("Лютик", "20,00", 1, 4))
)
RATES = "Валюта;Дата;Курс;Номинал\r\nUSD;2025-03-01;81,5;1\r\nJPY;2025-03-01;58,4;100\r\n"
STOCK = "Артикул;Склад;Количество;Себестоимость;Ед. изм.\r\n" + (
    "PN 0001;Основной;3;10;шт\r\nPN 0001;Розница;1;50;шт\r\n"
    "PN 9999;Основной;1;1;шт\r\nPN 0002;Основной;-1;1;шт\r\n"
)
MOMENT = {"as_of": "2025-03-31", "days": 90}


def uploaded(client: Client, kind: str, text: str, **fields: str) -> dict[str, Any]:
    answer = client.http.post(
        f"/imports/{kind}", files={"file": (f"{kind}.csv", text.encode("utf-8-sig"))}, data=fields
    )
    assert answer.status_code == 202, answer.text
    return client.finished(str(answer.json()["task_id"]))


def ran(client: Client, path: str, **body: Any) -> dict[str, Any]:
    answer = client.http.post(path, json=body)
    assert answer.status_code == 202, answer.text
    return client.finished(str(answer.json()["task_id"]))


def counts(task: dict[str, Any]) -> dict[str, int]:
    assert task["status"] == "completed", task
    return {name: task["counts"][name] for name in VERDICTS if task["counts"][name]}


@pytest.fixture(autouse=True)
def empty_desk(stack: RunningStack) -> None:
    """Prices are of all there is: what other tests have left would be in them."""
    with stack.database() as connection:
        connection.execute(f"TRUNCATE {TABLES} RESTART IDENTITY CASCADE")


def test_from_files_to_a_price_list(manager: Client) -> None:
    dry = uploaded(manager, "components", COMPONENTS, dry_run="true")
    assert counts(dry) == {"created": 2_500}
    assert {row["verdict"] for row in manager.every(f"/tasks/{dry['id']}/preview")} == {"create"}
    assert manager.get("/components")["items"] == []
    assert counts(uploaded(manager, "components", COMPONENTS)) == {"created": 2_500}
    assert counts(uploaded(manager, "part-numbers", NUMBERS)) == {"created": 2_499}
    assert counts(uploaded(manager, "quotes", QUOTES)) == {"created": 4_998}
    assert counts(uploaded(manager, "quotes", QUOTES, force="true")) == {"unchanged": 4_998}
    assert counts(uploaded(manager, "currency-rates", RATES)) == {"created": 2}

    done = ran(manager, "/components/recalculate-all", **MOMENT)
    expected = {"components_total": 2_500, "updated": 2_499, "unchanged": 0, "without_quotes": 1}
    assert {name: done["result"][name] for name in expected} == expected
    again = ran(manager, "/components/recalculate-all", **MOMENT)
    assert counts(again) == {"unchanged": 2_499, "skipped": 1}
    by_code = {row["code"]: row["price"] for row in manager.every("/components", q="А-000")}
    assert (by_code["А-0001"], by_code["А-0002"]) == ("15.00", "12.50")

    listed = ran(manager, "/pricelists", kind="estimate", **MOMENT)
    assert listed["result"]["items_total"] == 2_499
    assert listed["result"]["without_price"] == 1
    [head] = manager.get("/pricelists")["items"]
    assert (head["id"], head["number"], head["items"]) == (listed["id"], 1, 2_499)
    assert len(manager.every(f"/pricelists/{head['id']}")) == 2_499
    file = manager.http.get(f"/pricelists/{head['id']}/export-csv", headers={"Accept-Language": "ru"})
    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig")), delimiter=";"))
    assert (len(rows), rows[1][5]) == (2_500, "12,50")
    book = manager.http.get(f"/pricelists/{head['id']}/export-xlsx").content
    assert zipfile.ZipFile(io.BytesIO(book)).testzip() is None


def test_stock_waits_for_its_part_numbers(manager: Client) -> None:
    uploaded(manager, "components", COMPONENTS, force="true")
    uploaded(manager, "part-numbers", NUMBERS, force="true")
    first = uploaded(manager, "stock", STOCK)
    assert counts(first) == {"created": 2, "rejected": 2}
    wanted = {"rows_total": 4, "inserted": 2, "updated": 0, "unchanged": 0, "rejected": 2}
    assert {name: first["result"][name] for name in wanted} == wanted
    rejects = manager.get(f"/tasks/{first['id']}/rejects", "ru")["items"]
    assert [row["code"] for row in rejects] == ["part_number_unknown", "stock_negative"]
    assert "PN 9999" in rejects[0]["message"]
    mapped = manager.http.post("/part-numbers", json={"number": "pn 9999", "code": "А-2499"})
    assert mapped.status_code == 200, mapped.text
    assert counts(redriven(manager, first["id"])) == {"created": 3, "rejected": 1}
    warehouse = ran(manager, "/pricelists", kind="warehouse")
    items = manager.every(f"/pricelists/{warehouse['id']}")
    assert {(row["code"], row["price"], row["quantity"]) for row in items} == {
        ("А-0001", "20.00", "4"),
        ("А-2499", "1.00", "1"),
    }
    assert ran(manager, "/pricelists", kind="competitor", **MOMENT)["error"]["type"] == "pricelist_empty"
