"""Rules, their history and try-out, choices that teach, and models, over HTTP."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest

from tests.api.installation import Installation, Json
from tests.jobs import booking
from tests.jobs.booking import Connection

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

RENT = {"category": "Аренда", "name": "Офис", "purpose": "арендная"}
RULES = "/classification-rules"


@pytest.fixture
async def books(api: Installation) -> AsyncIterator[Connection]:
    async with await psycopg.AsyncConnection.connect(api.settings.libpq_url, autocommit=True) as made:
        await booking.emptied(made)
        yield made


async def made(api: Installation, **fields: Any) -> Json:
    answer = await api.post(RULES, json=RENT | fields)
    assert answer.status_code == 201, answer.text
    found: Json = answer.json()
    return found


async def put(api: Installation, path: str, **body: Any) -> Any:
    async with api.client(body.pop("role", "manager")) as client:
        return await client.put(f"/api/v1{path}", json=body)


async def delete(api: Installation, path: str, **params: Any) -> Any:
    async with api.client("manager") as client:
        return await client.delete(f"/api/v1{path}", params=params)


async def test_rules_are_listed_in_their_order(api: Installation, books: Connection) -> None:
    for name, priority in (("второе", 20), ("третье", 20), ("первое", 10)):
        await made(api, name=name, priority=priority)
    page = await api.get(RULES, limit=2)
    rest = await api.get(RULES, limit=2, cursor=page["next_cursor"])
    assert [row["name"] for row in page["items"] + rest["items"]] == ["первое", "второе", "третье"]
    assert [row["name"] for row in (await api.get(RULES, q="ПЕРВ"))["items"]] == ["первое"]


async def test_a_rule_is_changed_once_by_who_saw_its_version_and_its_history_stays(
    api: Installation, books: Connection
) -> None:
    rule = await made(api, amount_from="100.5", amount_to=200)
    assert (rule["version"], rule["amount_from"], rule["created_by_name"]) == (1, "100.50", "manager")
    path = f"{RULES}/{rule['id']}"
    same = await put(api, path, version=1, amount_from="100.50", amount_to="200.00", **RENT)
    assert same.json()["version"] == 1
    changed = await put(api, path, version=1, **(RENT | {"enabled": False}))
    assert (changed.json()["version"], changed.json()["enabled"]) == (2, False)
    late = await put(api, path, version=1, **RENT)
    assert (late.status_code, late.json()["code"], late.json()["args"]["version"]) == (409, "rule_changed", 2)
    assert (await delete(api, path, version=1)).status_code == 409
    assert (await delete(api, path, version=2)).status_code == 204
    assert (await put(api, path, version=2, **RENT)).status_code == 404
    history = (await api.get(f"{path}/history"))["items"]
    assert [(row["action"], row["author_name"]) for row in history] == [
        ("deleted", "manager"),
        ("changed", "manager"),
        ("created", "manager"),
    ]
    assert (history[1]["before"]["amount_from"], history[1]["after"]["amount_from"]) == ("100.50", None)
    assert (history[0]["before"]["enabled"], history[0]["after"]) == (False, None)


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"purpose": None}, "purpose", "rule_without_condition"),
        ({"purpose": "  "}, "purpose", "rule_without_condition"),
        ({"purpose": "(а", "is_pattern": True}, "purpose", "pattern_invalid"),
        ({"purpose": r"(.)\1", "is_pattern": True}, "purpose", "pattern_invalid"),
        ({"purpose": r"(\w{9}){9}", "is_pattern": True}, "purpose", "pattern_too_heavy"),
        ({"amount_from": "2", "amount_to": "1"}, "amount_to", "amounts_reversed"),
        ({"inn": "123"}, "inn", "request_invalid"),
        ({"category": ""}, "category", "request_invalid"),
        ({"category": " \u00a0 "}, "category", "request_invalid"),
        ({"priority": -1}, "priority", "request_invalid"),
    ],
)
async def test_failing_a_rule_that_makes_no_sense_is_refused_by_its_field(
    api: Installation, books: Connection, fields: Json, field: str, code: str
) -> None:
    answer = await api.post(RULES, json=RENT | fields)
    assert (answer.status_code, answer.json()["field"], answer.json()["code"]) == (422, field, code)
    tried = await api.post(f"{RULES}/try", json={"rule": RENT | fields})
    assert tried.status_code == 422
    assert (await api.get(RULES))["items"] == []


async def test_readers_read_and_change_nothing(api: Installation, books: Connection) -> None:
    one = await booking.stored(books)
    assert (await api.post(RULES, json=RENT, role="user")).status_code == 403
    assert (await put(api, f"/transactions/{one}/category", role="user", category="x")).status_code == 403
    for path in ("/classifier/train", "/classifier/models/1/activate", "/transactions/confirm-categories"):
        assert (await api.post(path, json={}, role="user")).status_code == 403


async def test_a_try_out_says_what_would_change_and_saves_nothing(
    api: Installation, books: Connection
) -> None:
    await booking.stored(books, number="1", category="Прочее", classified_by="preset", confidence=0.6)
    await booking.stored(books, number="2", category="Аренда", classified_by="preset", confidence=0.6)
    await booking.stored(books, number="3", category="Склад", classified_by="person", confidence=1)
    await booking.stored(books, number="4", counterparty_inn="7700000013")
    await booking.stored(books, number="5", purpose="Связь")
    await made(api, category="Чужое", purpose=None, inn="7700000013", priority=1)
    found = (await api.post(f"{RULES}/try", json={"rule": RENT, "last": 100})).json()
    expected = {"looked_at": 5, "matched": 4, "changes": 1, "same": 1, "person": 1, "overruled": 1}
    assert {name: found[name] for name in expected} == expected
    first = found["items"][0]
    assert (first["number"], first["effect"], first["category"]) == ("1", "changes", "Прочее")
    assert (first["classified_by"], first["new_category"]) == ("preset", "Аренда")
    assert {row["number"]: row["effect"] for row in found["items"]} == {
        "1": "changes",
        "2": "same",
        "3": "person",
        "4": "overruled",
    }
    assert len((await api.get(RULES))["items"]) == 1
    before = await api.post(f"{RULES}/try", json={"rule": RENT | {"priority": 0}, "last": 100})
    assert before.json()["overruled"] == 0
    assert (await api.post(f"{RULES}/try", json={"rule": RENT, "last": 5001})).status_code == 422


async def test_a_rule_is_tried_in_the_place_of_the_one_it_replaces(
    api: Installation, books: Connection
) -> None:
    await booking.stored(books, category="Прочее", classified_by="preset", confidence=0.6)
    rule = await made(api, category="Помещения")
    alone = await api.post(f"{RULES}/try", json={"rule": RENT})
    assert (alone.json()["overruled"], alone.json()["changes"]) == (1, 0)
    replacing = await api.post(f"{RULES}/try", json={"rule": RENT, "rule_id": rule["id"]})
    assert (replacing.json()["overruled"], replacing.json()["changes"]) == (0, 1)
    unknown = "00000000-0000-7000-8000-000000000000"
    gone = await api.post(f"{RULES}/try", json={"rule": RENT, "rule_id": unknown})
    assert (gone.status_code, gone.json()["code"]) == (404, "rule_unknown")


async def lessons(books: Connection) -> Any:
    found = await books.execute("SELECT category, times FROM confirmed_category WHERE times > 0 ORDER BY 1")
    return await found.fetchall()


async def test_a_choice_teaches_and_moves_when_it_is_changed(api: Installation, books: Connection) -> None:
    one = await booking.stored(books, category="Аренда", classified_by="preset", confidence=0.6)
    path = f"/transactions/{one}/category"
    assert (await put(api, path, category="Аренда")).json()["result"] == "confirmed"
    assert (await put(api, path, category="Аренда")).json()["result"] == "unchanged"
    assert await lessons(books) == [("Аренда", 1)]
    assert (await put(api, path, category="Склад")).json()["result"] == "changed"
    assert await lessons(books) == [("Склад", 1)]
    [row] = (await api.get("/bank-transactions"))["items"]
    assert (row["category"], row["classified_by"], row["confidence"]) == ("Склад", "person", 1)
    history = (await api.get(f"/transactions/{one}/category-history"))["items"]
    assert [(row["was"], row["was_by"], row["category"]) for row in history] == [
        ("Аренда", "person", "Склад"),
        ("Аренда", "preset", "Аренда"),
    ]
    unknown = "00000000-0000-7000-8000-000000000000"
    assert (await put(api, f"/transactions/{unknown}/category", category="x")).status_code == 404
    async with api.client() as client:
        assert (await client.get(f"/api/v1/transactions/{unknown}/category-history")).status_code == 404


async def test_many_are_confirmed_at_once_each_with_its_result(api: Installation, books: Connection) -> None:
    ids = [
        await booking.stored(books, category=category, classified_by=how, confidence=1)
        for category, how in (("Аренда", "preset"), (None, None), ("Аренда", "person"))
    ]
    gone = "00000000-0000-7000-8000-000000000000"
    answer = await api.post("/transactions/confirm-categories", json={"ids": [*ids, gone, ids[0]]})
    assert [row["result"] for row in answer.json()["items"]] == [
        "confirmed",
        "unclassified",
        "unchanged",
        "unknown",
    ]
    undecided = await api.get("/bank-transactions", classified_by="none")
    assert [row["id"] for row in undecided["items"]] == [ids[1]]
    assert len((await api.get("/bank-transactions", classified_by="person"))["items"]) == 2
    answer = await api.post("/transactions/confirm-categories", json={"ids": ids, "category": "Офис"})
    assert [row["result"] for row in answer.json()["items"]] == ["changed"] * 3
    assert await lessons(books) == [("Офис", 3)]
    most = await api.post("/transactions/confirm-categories", json={"ids": [gone] * 501})
    assert (most.status_code, most.json()["field"]) == (422, "ids")


async def test_choices_at_the_same_time_count_once_each(api: Installation, books: Connection) -> None:
    ids = [await booking.stored(books, category="Аренда", classified_by="preset") for _ in range(20)]
    path = "/transactions/confirm-categories"
    answers = await asyncio.gather(
        *(api.post(path, json={"ids": ids[start:] + ids[:start]}) for start in range(0, 20, 4))
    )
    said = [row["result"] for answer in answers for row in answer.json()["items"]]
    assert (said.count("confirmed"), said.count("unchanged")) == (20, 80)
    assert await lessons(books) == [("Аренда", 20)]


async def test_of_two_who_change_a_rule_at_the_same_time_one_is_told(
    api: Installation, books: Connection
) -> None:
    rule = await made(api)
    path = f"{RULES}/{rule['id']}"
    changes = (put(api, path, version=1, **(RENT | {"name": name})) for name in ("одно", "другое"))
    answers = await asyncio.gather(*changes)
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert (await api.get(path))["version"] == 2


async def test_categories_are_those_in_use_and_those_that_are_known(
    api: Installation, books: Connection
) -> None:
    await booking.stored(books, category="Моя статья", classified_by="person", confidence=1)
    await booking.stored(books, category="Моя статья", classified_by="history", confidence=1)
    await made(api, category="По правилу")
    found = {row["category"]: row for row in (await api.get("/categories"))["items"]}
    assert (found["Моя статья"]["transactions"], found["Моя статья"]["confirmed"]) == (2, 1)
    assert found["По правилу"]["rules"] == 1
    assert found["Лизинг"]["transactions"] == 0


async def test_starts_are_tasks_with_their_parameters(api: Installation, books: Connection) -> None:
    days = {"date_from": "2025-03-01", "date_to": "2025-03-31"}
    for path, body, params in (
        ("/classifier/train", {}, {"threshold": 0.95, "activate": True}),
        ("/transactions/reclassify", days, days),
        ("/transactions/reclassify", days | {"dry_run": True}, days),
    ):
        answer = await api.post(path, json=body)
        assert answer.status_code == 202, answer.text
        task = await api.get(f"/tasks/{answer.json()['task_id']}")
        assert {name: task["params"][name] for name in params} == params
        assert task["dry_run"] == body.get("dry_run", False)
    reversed_days = {"date_from": "2025-03-31", "date_to": "2025-03-01"}
    answer = await api.post("/transactions/reclassify", json=reversed_days)
    assert (answer.status_code, answer.json()["field"]) == (422, "date_to")
    assert (await api.post("/transactions/reclassify", json={})).status_code == 422
