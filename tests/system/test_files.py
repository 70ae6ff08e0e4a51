"""Files of contractors and stock over the real API and stack."""

from collections.abc import Callable
from typing import Any

import pytest

from jobs.formats.mxl.generator import Sheet, binary_7, text_8
from tests.system.books import VERDICTS
from tests.system.client import Client

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

ROWS = 2_500
CONTRACTORS = "Наименование;ИНН/КПП;Код\r\n" + "".join(
    f"Поставщик {n} ООО;{7_800_000_000 + n}/780101001;П-{n:05}\r\n" for n in range(ROWS)
)
OF_1C = "".join(
    f"<Контрагент><Ид>c0000000-0000-4000-a000-{n:012}</Ид><Наименование>Поставщик {n} ООО</Наименование>"
    f"<ИНН>{7_800_000_000 + n}</ИНН><КПП>780101001</КПП></Контрагент>"
    for n in range(ROWS)
)
COMMERCEML = (
    '<?xml version="1.0" encoding="windows-1251"?><КоммерческаяИнформация ВерсияСхемы="2.05">'
    f"<Документ><Контрагенты>{OF_1C}</Контрагенты></Документ></КоммерческаяИнформация>"
)
OFFERS = (
    "<КоммерческаяИнформация><ПакетПредложений><Склады><Склад><Ид>1</Ид><Наименование>Основной</Наименование>"
    "</Склад></Склады><Предложения>"
    + "".join(
        f"<Предложение><Ид>{n}</Ид><Артикул>Ф-{n}</Артикул><Количество>{n}</Количество>"
        f'<Склад ИдСклада="1" КоличествоНаСкладе="{n}"/></Предложение>'
        for n in range(5)
    )
    + "</Предложения></ПакетПредложений></КоммерческаяИнформация>"
)


def uploaded(client: Client, kind: str, content: bytes, **fields: str) -> dict[str, Any]:
    answer = client.http.post(f"/imports/{kind}", files={"file": ("file", content)}, data=fields)
    assert answer.status_code == 202, answer.text
    return client.finished(str(answer.json()["task_id"]))


def counts(task: dict[str, Any]) -> dict[str, int]:
    assert task["status"] == "completed", task
    return {name: task["counts"][name] for name in VERDICTS if task["counts"][name]}


def test_contractors_of_two_files_are_the_same(manager: Client) -> None:
    table = CONTRACTORS.encode("cp1251")
    dry = uploaded(manager, "contractors", table, dry_run="true")
    assert counts(dry) == {"created": ROWS}
    assert counts(uploaded(manager, "contractors", table)) == {"created": ROWS}
    assert counts(uploaded(manager, "contractors", table, force="true")) == {"unchanged": ROWS}
    assert counts(uploaded(manager, "contractors", COMMERCEML.encode("cp1251"))) == {"unchanged": ROWS}
    found = manager.get("/contractors", inn="7800000007")["items"]
    assert [(row["name"], row["kpp"], row["code"]) for row in found] == [
        ("Поставщик 7 ООО", "780101001", "П-00007")
    ]


def test_offers_are_stock_and_unknown_ones_wait(manager: Client) -> None:
    components = "Код\r\n" + "".join(f"Ф-{n}\r\n" for n in range(3))
    uploaded(manager, "components", components.encode())
    task = uploaded(manager, "stock", OFFERS.encode())
    assert counts(task) == {"created": 3, "rejected": 2}
    assert {row["code"] for row in manager.every(f"/tasks/{task['id']}/rejects")} == {"part_number_unknown"}


@pytest.mark.parametrize("written", [lambda sheet: b"".join(text_8(sheet, len(sheet))), binary_7])
def test_a_spreadsheet_of_1c_is_stock(manager: Client, written: Callable[[Sheet], bytes]) -> None:
    uploaded(manager, "components", "Код\r\nМ-1\r\nМ-2\r\n".encode(), force="true")
    rows = [("М-1", "5,000"), ("М-2", "7,000"), ("М-3", "1")]
    sheet: Sheet = [
        (1, {0: "Остатки товаров"}),
        (3, {0: "Код", 1: "Количество", 2: "Склад"}),
        *((number, {0: code, 1: left, 2: "Склад MXL"}) for number, (code, left) in enumerate(rows, 4)),
        (9, {0: "Итого", 1: "13,000"}),
    ]
    task = uploaded(manager, "stock", written(sheet))
    loaded = task["counts"]["created"] + task["counts"]["unchanged"]
    assert (loaded, task["counts"]["rejected"], task["counts"]["skipped"]) == (2, 1, 1)


def test_another_file_is_refused_before_it_is_a_task(manager: Client) -> None:
    answer = manager.http.post(
        "/imports/contractors", files={"file": ("kl_to_1c.txt", b"1CClientBankExchange\r\n")}
    )
    assert (answer.status_code, answer.json()["field"]) == (422, "file")
    assert answer.json()["type"].endswith("table_is_statement")
