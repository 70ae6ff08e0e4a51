"""Files of the price desk: what they bring, what they leave, what is rejected and why."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.clock import new_id
from jobs.base import Batch, BatchResult, Row, TaskSpec
from jobs.kinds.registry import kind_named
from tests.databases import emptied
from tests.jobs import pricing
from tests.jobs.pricing import Connection

pytestmark = pytest.mark.integration


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[Connection]:
    async with emptied(database_url, pricing.TABLES) as made:
        yield made


async def imported(
    connection: Connection, into: str, *rows: Row, task: str | None = None, first: int = 1, **params: Any
) -> BatchResult:
    """With verdicts of every row; without them the same is counted."""
    spec = TaskSpec(task or new_id(), 1, into, params, {})
    batch = Batch(spec, 1, first, list(rows), {}, {"source": "table"})
    async with connection.transaction() as tried:
        counted = await kind_named(into).write(connection, batch)
        raise psycopg.Rollback(tried)
    told = replace(batch, task=replace(spec, params=params | {"preview": new_id()}))
    async with connection.transaction():
        result = await kind_named(into).write(connection, told)
    assert result.counts.total == len(rows) == len(result.verdicts)
    assert (counted.counts, codes(counted), counted.verdicts) == (result.counts, codes(result), ())
    return result


def verdicts(result: BatchResult) -> list[str]:
    return [said.verdict for said in result.verdicts]


def codes(result: BatchResult) -> list[tuple[str, str | None]]:
    return [(reject.error.code, reject.error.field) for reject in result.rejects]


async def stored(connection: Connection, query: str) -> list[Any]:
    return await (await connection.execute(query)).fetchall()


async def test_a_cell_that_is_empty_leaves_what_is_there(connection: Connection) -> None:
    full = {"code": "А-1", "name": "Болт\\М6", "method": "Медиана", "rounding": "0,5", "currency": "руб."}
    assert verdicts(await imported(connection, "components", full)) == ["created"]
    assert verdicts(await imported(connection, "components", {"code": "А-1"})) == ["unchanged"]
    assert verdicts(await imported(connection, "components", {"code": "А-1", "unit": "шт"})) == ["updated"]
    [found] = await stored(connection, "SELECT name, method, rounding, currency, unit FROM component")
    assert found == ("Болт\\М6", "median", Decimal("0.5"), "RUB", "шт")


async def test_bad_components_are_rejected_by_field(connection: Connection) -> None:
    bad = [
        {"name": "без кода"},
        {"code": "1", "method": "наугад"},
        {"code": "2", "coefficient": "0"},
        {"code": "3", "manual_price": "1.2.3"},
        {"code": "4", "currency": "тугрик"},
        {"code": "5" * 201},
    ]
    assert codes(await imported(connection, "components", *bad)) == [
        ("value_missing", "code"),
        ("word_unknown", "method"),
        ("number_not_positive", "coefficient"),
        ("number_malformed", "manual_price"),
        ("currency_unknown", "currency"),
        ("value_too_long", "code"),
    ]


async def test_unknown_part_numbers_wait_to_be_mapped(connection: Connection) -> None:
    await pricing.component(connection, "А-1")
    quote = {"number": "06.01 ab", "supplier": "ООО Ромашка", "price": "10,5", "date": "03.03.2025"}
    assert codes(await imported(connection, "quotes", quote)) == [("part_number_unknown", "number")]
    mapped = {"number": "06.01  AB", "code": "а-1", "vendor": "Bosch"}
    assert verdicts(await imported(connection, "part_numbers", mapped)) == ["created"]
    assert codes(await imported(connection, "part_numbers", mapped | {"code": "нет"})) == [
        ("component_code_unknown", "code")
    ]
    assert verdicts(await imported(connection, "quotes", quote)) == ["created"]
    assert verdicts(await imported(connection, "quotes", quote | {"number": "А-1"})) == ["unchanged"]


async def test_a_number_of_two_vendors_needs_the_vendor(connection: Connection) -> None:
    for code, vendor in (("А-1", "Bosch"), ("А-2", "Valeo")):
        await pricing.component(connection, code)
        await imported(connection, "part_numbers", {"number": "12", "code": code, "vendor": vendor})
    quote = {"number": "12", "supplier": "ООО Ромашка", "price": "1", "date": "2025-03-03 00:00:00"}
    assert codes(await imported(connection, "quotes", quote)) == [("part_number_ambiguous", "number")]
    assert verdicts(await imported(connection, "quotes", quote | {"vendor": "valeo"})) == ["created"]
    assert await stored(
        connection, "SELECT c.code FROM quote q JOIN component c ON c.id = q.component_id"
    ) == [("А-2",)]


async def test_quotes_take_from_params_what_the_file_does_not_say(connection: Connection) -> None:
    await pricing.component(connection, "А-1")
    said: dict[str, Any] = {
        "supplier": "Конкурент",
        "kind": "competitor",
        "currency": "USD",
        "date": "2025-03-03",
    }
    assert codes(await imported(connection, "quotes", {"number": "А-1", "price": "1"})) == [
        ("value_missing", "supplier")
    ]
    assert verdicts(await imported(connection, "quotes", {"number": "А-1", "price": "1"}, **said)) == [
        "created"
    ]
    again = {"number": "А-1", "price": "2", "date": "31.02.2025"}
    assert codes(await imported(connection, "quotes", again, **said)) == [("date_impossible", "date")]
    assert verdicts(await imported(connection, "quotes", again | {"date": ""}, **said)) == ["updated"]


async def test_rates_are_of_one_unit(connection: Connection) -> None:
    row = {"currency": "jpy", "date": "03.03.2025", "rate": "58,4321", "nominal": "100"}
    assert verdicts(await imported(connection, "currency_rates", row)) == ["created"]
    assert await stored(connection, "SELECT rate FROM currency_rate") == [(Decimal("0.5843210000"),)]
    bad = [row | {"currency": "RUB"}, row | {"rate": ""}, row | {"date": ""}]
    assert codes(await imported(connection, "currency_rates", *bad)) == [
        ("currency_is_base", "currency"),
        ("value_missing", "rate"),
        ("date_missing", "date"),
    ]


async def test_the_same_stock_file_again_changes_nothing(connection: Connection) -> None:
    await pricing.component(connection, "А-1")
    rows = [
        {"number": "А-1", "warehouse": "Основной", "quantity": "1 234,500", "unit": "шт.", "unit_cost": "10"},
        {"number": "А-1", "warehouse": "Розница", "quantity": "0"},
    ]
    assert verdicts(await imported(connection, "stock_import", *rows)) == ["created", "created"]
    assert verdicts(await imported(connection, "stock_import", *rows)) == ["unchanged", "unchanged"]
    less = [rows[0] | {"quantity": "1"}, rows[1]]
    assert verdicts(await imported(connection, "stock_import", *less)) == ["updated", "unchanged"]
    assert await stored(connection, "SELECT sum(quantity) FROM stock_lot") == [(Decimal(1),)]


async def test_stock_that_cannot_be_meant_is_rejected(connection: Connection) -> None:
    await pricing.component(connection, "А-1", unit="")
    row = {"number": "А-1", "warehouse": "Основной", "quantity": "5"}
    bad = [
        row | {"unit": "шт"},
        row | {"unit": "упак", "lot": "2"},
        row | {"quantity": "-1"},
        row | {"number": "неизвестный"},
        row | {"quantity": "много"},
        row | {"received": "вчера", "lot": "3"},
        row | {"warehouse": ""},
        row | {"number": "", "code": "нет такого"},
    ]
    assert codes(await imported(connection, "stock_import", *bad)) == [
        ("unit_differs", "unit"),
        ("stock_negative", "quantity"),
        ("part_number_unknown", "number"),
        ("number_malformed", "quantity"),
        ("date_malformed", "received"),
        ("value_missing", "warehouse"),
        ("part_number_unknown", "code"),
    ]
    assert codes(await imported(connection, "stock_import", bad[1])) == [("unit_differs", "unit")]
    assert verdicts(await imported(connection, "stock_import", bad[6], warehouse="Основной")) == ["unchanged"]


lots = st.fixed_dictionaries(
    {
        "number": st.sampled_from(["А-1", "А-2", "А-9"]),
        "warehouse": st.sampled_from(["Основной", "Розница"]),
        "quantity": st.sampled_from(["0", "1", "2,5", "-1"]),
    }
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(lots, max_size=8), st.integers(0, 8), st.booleans())
async def test_the_last_row_of_a_key_counts_in_whatever_order_batches_come(
    connection: Connection, rows: list[Row], cut: int, backwards: bool
) -> None:
    await pricing.emptied(connection)
    for code in ("А-1", "А-2"):
        await pricing.component(connection, code)
    parts = [(1, rows[:cut]), (len(rows[:cut]) + 1, rows[cut:])]
    task = new_id()
    for first, part in reversed(parts) if backwards else parts:
        if part:
            await imported(connection, "stock_import", *part, task=task, first=first)
    readable = [row for row in rows if row["number"] != "А-9" and row["quantity"] != "-1"]
    expected = {
        (row["number"], row["warehouse"]): Decimal(row["quantity"].replace(",", ".")) for row in readable
    }
    found = await stored(connection, "SELECT number, warehouse, quantity FROM stock_lot")
    assert {(number, warehouse): quantity for number, warehouse, quantity in found} == expected
