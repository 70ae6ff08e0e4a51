"""The price desk over HTTP: recalculation, price lists and their files, components, part numbers."""

import csv
import io
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from infra.clock import new_id
from jobs.base import TaskSpec
from jobs.kinds.pricelist_create import PricelistCreate
from tests.api.installation import Installation
from tests.jobs import pricing
from tests.jobs.pricing import AS_OF, Connection

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]


@pytest.fixture
async def desk(api: Installation) -> AsyncIterator[Connection]:
    async with await psycopg.AsyncConnection.connect(api.settings.libpq_url, autocommit=True) as made:
        await pricing.emptied(made)
        yield made


async def listed(api: Installation, desk: Connection, **prices: Any) -> str:
    """A price list that is whole, without a task in the read models: as after a cleanup."""
    for code, price in prices.items():
        await pricing.component(desk, code, price=Decimal(price), name=f"=cmd|' /C calc'!{code}")
    spec = TaskSpec(new_id(), 1, "pricelist_create", {"kind": "estimate", "as_of": AS_OF.isoformat()}, {})
    kind = PricelistCreate()
    survey, rows = await pricing.surveyed(kind, spec, pricing.tools(api.settings.libpq_url))
    await pricing.worked(desk, kind, spec, survey, rows)
    return spec.task_id


async def test_success_recalculation_and_price_list_are_tasks_of_today(
    api: Installation, desk: Connection
) -> None:
    for path, body in (("/components/recalculate-all", None), ("/pricelists", {"kind": "warehouse"})):
        answer = await api.post(path, json=body)
        assert answer.status_code == 202, answer.text
        task = await api.get(f"/tasks/{answer.json()['task_id']}")
        assert task["params"]["days"] == 90
        assert task["params"]["as_of"] >= "2025-01-01"
    again = await api.post("/pricelists", json={"kind": "estimate"}, headers={"Idempotency-Key": "list"})
    same = await api.post("/pricelists", json={"kind": "estimate"}, headers={"Idempotency-Key": "list"})
    assert same.json()["task_id"] == again.json()["task_id"]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/pricelists", {"kind": "retail"}, "kind"),
        ("/pricelists", {"kind": "estimate", "currency": "rub"}, "currency"),
        ("/pricelists", {"kind": "estimate", "as_of": "2099-01-01"}, "as_of"),
        ("/components/recalculate-all", {"as_of": "2099-01-01"}, "as_of"),
        ("/components/recalculate-all", {"days": 0}, "days"),
        ("/part-numbers", {"number": "", "code": "А-1"}, "number"),
    ],
)
async def test_failing_what_makes_no_sense_is_refused_by_its_field(
    api: Installation, path: str, body: Any, field: str
) -> None:
    answer = await api.post(path, json=body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert (await api.post(path, json=body, role="user")).status_code == 403


async def test_what_was_in_stock_on_a_past_day_is_in_the_lists_of_then(
    api: Installation, desk: Connection
) -> None:
    wanted = {"kind": "warehouse", "as_of": "2025-04-01"}
    answer = await api.post("/pricelists", json=wanted)
    assert (answer.status_code, answer.json()["code"]) == (422, "stock_day_past")
    made = await listed(api, desk, A1="1")
    await desk.execute("UPDATE pricelist SET kind = 'warehouse'")
    refused = (await api.post("/pricelists", json=wanted)).json()
    assert (refused["code"], refused["field"]) == ("stock_day_past_listed", "as_of")
    assert refused["args"]["pricelist_id"] == made
    assert "2025-03-31" in refused["detail"]
    earlier = await api.post("/pricelists", json=wanted | {"as_of": "2025-03-30"})
    assert earlier.json()["code"] == "stock_day_past"


async def test_a_day_before_a_recalculated_one_is_refused(api: Installation, desk: Connection) -> None:
    body = {"as_of": "2025-03-30"}
    key = {"Idempotency-Key": "day before"}
    first = await api.post("/components/recalculate-all", json=body, headers=key)
    assert first.status_code == 202, first.text
    await desk.execute("INSERT INTO recalculated_day VALUES (%s, '2025-03-31')", [new_id()])
    answer = await api.post("/components/recalculate-all", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "recalculated_later")
    same = await api.post("/components/recalculate-all", json=body, headers=key)
    assert same.json()["task_id"] == first.json()["task_id"]
    later = await api.post("/components/recalculate-all", json={"as_of": "2025-03-31"})
    assert later.status_code == 202, later.text


async def test_a_list_pages_and_is_not_found_before_it_is_whole(api: Installation, desk: Connection) -> None:
    made = await listed(api, desk, A1="12.5", A2="3", A3="0.123456")
    [head] = (await api.get("/pricelists", kind="estimate"))["items"]
    assert (head["id"], head["number"], head["items"]) == (made, 1, 3)
    first = await api.get(f"/pricelists/{made}", limit=2)
    rest = await api.get(f"/pricelists/{made}", limit=2, cursor=first["next_cursor"])
    assert [item["price"] for item in first["items"] + rest["items"]] == ["12.50", "3.00", "0.123456"]
    assert rest["next_cursor"] is None
    await desk.execute("UPDATE pricelist SET number = NULL")
    assert (await api.get("/pricelists"))["items"] == []
    async with api.client() as client:
        for path in ("", "/export-csv", "/export-xlsx"):
            answer = await client.get(f"/api/v1/pricelists/{made}{path}")
            assert (answer.status_code, answer.json()["code"]) == (404, "pricelist_unknown")


@pytest.mark.parametrize(("language", "comma", "price"), [("ru", ";", "12,50"), ("en", ",", "12.50")])
async def test_a_csv_is_safe_to_open(
    api: Installation, desk: Connection, language: str, comma: str, price: str
) -> None:
    made = await listed(api, desk, A1="12.5")
    async with api.client(**{"Accept-Language": language}) as client:
        answer = await client.get(f"/api/v1/pricelists/{made}/export-csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert "filename*=UTF-8''" in answer.headers["content-disposition"]
    _, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=comma)
    assert row[:2] == ["A1", "'=cmd|' /C calc'!A1"]
    assert row[5] == price


async def test_an_xlsx_has_texts_and_numbers_and_no_formula(api: Installation, desk: Connection) -> None:
    made = await listed(api, desk, A1="12.5")
    async with api.client() as client:
        answer = await client.get(f"/api/v1/pricelists/{made}/export-xlsx")
    sheet = zipfile.ZipFile(io.BytesIO(answer.content)).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "<v>12.5</v>" in sheet
    assert "=cmd|" in sheet


async def test_components_and_what_they_are_made_of(api: Installation, desk: Connection) -> None:
    bolt = await pricing.component(desk, "Б-1", name="Болт", price=Decimal("1.5"))
    await pricing.component(desk, "А-1", name="Гайка", method="median")
    for days in range(3):
        await pricing.quote(desk, bolt, 10, day=AS_OF - timedelta(days))
    await pricing.rate(desk, "USD", AS_OF, "81.5")
    await pricing.lot(desk, bolt, "2.5", 10)
    page = await api.get("/components", limit=1)
    rest = await api.get("/components", limit=1, cursor=page["next_cursor"])
    assert [row["code"] for row in page["items"] + rest["items"]] == ["А-1", "Б-1"]
    assert [row["code"] for row in (await api.get("/components", q="бол", has_price=True))["items"]] == [
        "Б-1"
    ]
    assert [row["new"] for row in (await api.get(f"/components/{bolt}"))["history"]] == ["1.50"]
    quotes = await api.get("/quotes", component_id=bolt, date_from="2025-03-30", limit=1)
    more = await api.get(
        "/quotes", component_id=bolt, date_from="2025-03-30", limit=1, cursor=quotes["next_cursor"]
    )
    assert [row["day"] for row in quotes["items"] + more["items"]] == ["2025-03-31", "2025-03-30"]
    assert (await api.get("/currency-rates", currency="USD"))["items"][0]["rate"] == "81.50"
    assert (await api.get("/stock", in_stock=True))["items"][0]["quantity"] == "2.5"


async def test_a_part_number_is_mapped_once_and_taken_only_when_asked(
    api: Installation, desk: Connection
) -> None:
    await pricing.component(desk, "А-1")
    await pricing.component(desk, "А-2")
    body = {"number": "ab 12", "code": "а-1", "vendor": "Bosch"}
    assert (await api.post("/part-numbers", json=body)).json()["code"] == "А-1"
    assert (await api.post("/part-numbers", json=body)).status_code == 200
    other = body | {"code": "А-2", "number": "AB  12"}
    assert (await api.post("/part-numbers", json=other)).status_code == 409
    assert (await api.post("/part-numbers", json=other | {"replace": True})).json()["code"] == "А-2"
    [row] = (await api.get("/part-numbers", number="Ab 12"))["items"]
    assert (row["code"], row["vendor"], row["task_id"]) == ("А-2", "Bosch", None)
    assert (await api.post("/part-numbers", json=body | {"code": "нет"})).status_code == 404
