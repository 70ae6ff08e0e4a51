"""Classification over the real API and stack: what persons confirm teaches, and is never overwritten."""

from collections import Counter
from typing import Any

import pytest

from tests.jobs.booking import MONTHS, PLACES, TEXTS
from tests.system.client import Client, Json

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

OWN, DAYS = "40702810900000000077", {"date_from": "2031-03-01", "date_to": "2031-03-31"}
HEAD = (
    "1CClientBankExchange\r\nВерсияФормата=1.03\r\nКодировка=Windows\r\n"
    f"ДатаНачала=01.03.2031\r\nДатаКонца=31.03.2031\r\nРасчСчет={OWN}\r\n"
)
DOCUMENT = (
    "СекцияДокумент=Платежное поручение\r\nНомер={number}\r\nДата={day:02}.03.2031\r\nСумма=100.00\r\n"
    f"ПлательщикСчет={OWN}\r\n"
    "ДатаСписано={day:02}.03.2031\r\nПолучательСчет=40702810000000000002\r\nПолучатель=ООО Ромашка\r\n"
    "ПолучательИНН={inn}\r\nНазначениеПлатежа={purpose}\r\nКонецДокумента\r\n"
)


def statement(first: int, purposes: list[str], inn: str = "") -> bytes:
    documents = (
        DOCUMENT.format(number=first + place, day=1 + place % 28, inn=inn, purpose=purpose)
        for place, purpose in enumerate(purposes)
    )
    return (HEAD + "".join(documents) + "КонецФайла\r\n").encode("cp1251")


def worded(rows: int) -> list[str]:
    return [
        text.format(f"{MONTHS[place % 10]} {PLACES[place // 10]}") + f" № {place}"
        for text in TEXTS.values()
        for place in range(rows)
    ]


def loaded(client: Client, content: bytes) -> list[Json]:
    task = client.finished(client.started(content))
    assert (task["status"], task["outcome"]) == ("completed", "clean"), task
    return client.every("/bank-transactions", task_id=task["id"])


def ran(client: Client, path: str, **body: Any) -> Json:
    answer = client.http.post(path, json=body)
    assert answer.status_code == 202, answer.text
    return client.finished(str(answer.json()["task_id"]))


def how(client: Client) -> Counter[tuple[str, str]]:
    rows = client.every("/bank-transactions", **DAYS)
    return Counter((row["category"], row["classified_by"]) for row in rows)


def test_confirming_teaches_and_a_person_s_choice_is_never_overwritten(manager: Client) -> None:
    refused = ran(manager, "/classifier/train")
    assert (refused["status"], refused["error"]["type"]) == ("failed", "too_few_confirmed")

    for category, text in TEXTS.items():
        purposes = [one for one in worded(40) if one[:6] == text[:6]]
        rows = loaded(manager, statement(1, purposes))
        body = {"ids": [row["id"] for row in rows], "category": f"{category} (своя)"}
        answer = manager.http.post("/transactions/confirm-categories", json=body)
        assert {one["result"] for one in answer.json()["items"]} == {"changed"}, answer.text

    trained = ran(manager, "/classifier/train")
    assert (trained["status"], trained["counts"]["created"]) == ("completed", 120), trained
    [model] = manager.get("/classifier/models")["items"]
    assert (model["version"], model["active"], model["transactions"]) == (1, True, 120)
    assert model["precision"] >= 0.95

    new = loaded(manager, statement(1_000, ["ДОСТУП В ИНТЕРНЕТ 12.2030, В Т.Ч. НДС 20%", "Нечто иное"]))
    said = {row["purpose"]: (row["category"], row["classified_by"]) for row in new}
    assert said["ДОСТУП В ИНТЕРНЕТ 12.2030, В Т.Ч. НДС 20%"] == ("Связь (своя)", "model:1")
    assert said["Нечто иное"] == (None, None)

    rule = {"category": "Прочее", "purpose": "иное", "name": "Иное"}
    tried = manager.http.post("/classification-rules/try", json={"rule": rule, "last": 500}).json()
    assert (tried["changes"], tried["person"]) == (1, 0)
    made = manager.http.post("/classification-rules", json=rule | {"amount_to": "100.00"})
    assert made.status_code == 201, made.text
    by_rule = f"rule:{made.json()['id']}"

    before = how(manager)
    dry = ran(manager, "/transactions/reclassify", dry_run=True, **DAYS)
    assert (dry["counts"]["updated"], dry["counts"]["unchanged"]) == (1, 121)
    verdicts = Counter(row["verdict"] for row in manager.every(f"/tasks/{dry['id']}/preview"))
    assert verdicts == {"update": 1, "unchanged": 121}
    assert how(manager) == before
    real = ran(manager, "/transactions/reclassify", **DAYS)
    assert (real["counts"]["updated"], real["counts"]["unchanged"]) == (1, 121)
    after = how(manager)
    assert after["Прочее", by_rule] == 1
    assert {category: after[f"{category} (своя)", "person"] for category in TEXTS} == dict.fromkeys(TEXTS, 40)

    again = ran(manager, "/classifier/train", activate=False)
    assert again["status"] == "completed"
    assert [(one["version"], one["active"]) for one in manager.get("/classifier/models")["items"]] == [
        (2, False),
        (1, True),
    ]
    assert manager.http.post("/classifier/models/2/activate").json()["active"] is True
    assert manager.http.post("/classifier/models/3/activate").status_code == 404
