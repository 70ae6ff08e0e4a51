"""Cause and effect between tasks, as the tables say it: prices, lists, rates, contractors, categories."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from infra.clock import new_id
from infra.postgres import create_engine
from projections.queries import impact
from projections.schema import in_schema

pytestmark = pytest.mark.integration

NOW = datetime.now(UTC)
BEGUN = NOW - timedelta(hours=1)
INPUTS = '{"as_of": "2025-03-03", "days": 30}'


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[AsyncConnection]:
    """What a test has written is gone after it."""
    engine = in_schema(create_engine(database_url, pool_size=1), writes=True)
    async with engine.connect() as made:
        yield made
        await made.rollback()
    await engine.dispose()


async def insert(connection: AsyncConnection, table: str, **row: Any) -> Any:
    names, holes = ", ".join(row), ", ".join(f":{name}" for name in row)
    returned = "task_id" if table in ("currency_rate", "pricelist_item", "contractor_change") else "id"
    returned = {"pricelist_item": "row_no", "classifier_activation": "version"}.get(table, returned)
    statement = text(f"INSERT INTO {table} ({names}) VALUES ({holes}) RETURNING {returned}")
    return (await connection.execute(statement, row)).scalar_one()


async def component(connection: AsyncConnection, task: str, code: str = "X", currency: str = "RUB") -> int:
    empty = dict.fromkeys(("name", "vendor", "category", "unit"), "")
    row = {"code": code, "code_key": code, "currency": currency, "task_id": task, "row_no": 1} | empty
    found: int = await insert(connection, "component", method="latest", coefficient=1, rounding=1, **row)
    return found


async def quote(connection: AsyncConnection, task: str, of: int, kind: str, day: str = "2025-03-01") -> None:
    row = {"component_id": of, "supplier": kind, "kind": kind, "price": 1, "currency": "USD", "quantity": 1}
    key = new_id()
    await insert(connection, "quote", key=key, day=_day(day), task_id=task, row_no=1, **row)


def _day(day: str) -> Any:
    return datetime.fromisoformat(day).date()


async def lot(connection: AsyncConnection, task: str, of: int) -> None:
    row = {"component_id": of, "number": "", "warehouse": "", "lot": "", "unit": "", "currency": "RUB"}
    await insert(
        connection, "stock_lot", key=new_id(), quantity=1, unit_cost=1, task_id=task, row_no=1, **row
    )


async def rate(connection: AsyncConnection, task: str, day: str) -> None:
    await insert(connection, "currency_rate", currency="USD", day=_day(day), rate=90, task_id=task, row_no=1)


async def priced(connection: AsyncConnection, task: str, of: int) -> None:
    await connection.execute(
        text(
            "INSERT INTO price_history (component_id, new, currency, method, inputs, task_id)"
            " VALUES (:of, 1, 'RUB', 'latest', CAST(:inputs AS jsonb), :task)"
        ),
        {"of": of, "inputs": INPUTS, "task": task},
    )


async def listed(connection: AsyncConnection, kind: str, *of: int, currency: str = "RUB") -> str:
    task = new_id()
    row = {"id": task, "kind": kind, "currency": currency, "as_of": _day("2025-03-03"), "expected": len(of)}
    # After what the database dates itself, however long ago this module was read.
    taken_at = datetime.now(UTC) + timedelta(minutes=1)
    await insert(connection, "pricelist", taken_at=taken_at, **row)
    empty = dict.fromkeys(("code", "name", "vendor", "category", "unit"), "")
    for row_no, one in enumerate(of, 1):
        item = {"pricelist_id": task, "row_no": row_no, "component_id": one, "price": 1} | empty
        await insert(connection, "pricelist_item", **item)
    return task


async def task_of(connection: AsyncConnection, kind: str, **params: str) -> str:
    """A task that began just now and is completed."""
    task = new_id()
    await connection.execute(
        text(
            'INSERT INTO task (id, partition, "offset", seq, kind, status, attempt, priority, dry_run,'
            " submitted_by, correlation_id, created_at, seen_at, started_at, params, source, counts,"
            " progress) VALUES (:id, 0, 1, 1, :kind, 'completed', 1, 'normal', false, 'user:1', '', :at, :at,"
            " :at, CAST(:params AS jsonb), '{}', '{}', '{}')"
        ),
        {"id": task, "kind": kind, "at": NOW, "params": _json(params)},
    )
    return task


def _json(params: dict[str, str]) -> str:
    return "{" + ", ".join(f'"{name}": "{value}"' for name, value in params.items()) + "}"


async def transaction(connection: AsyncConnection, task: str, **more: Any) -> None:
    row = {
        "key": new_id(),
        "number": "1",
        "date": _day("2025-03-03"),
        "booked_on": _day("2025-03-03"),
        "direction": "out",
        "amount": 1,
        "currency": "RUB",
        "account": "",
        "counterparty_name": "",
        "counterparty_inn": "",
        "counterparty_kpp": "",
        "counterparty_account": "",
        "purpose": "",
        "task_id": task,
        "row_no": 1,
    }
    await insert(connection, "bank_transaction", **row | more)


async def contractor(connection: AsyncConnection, task: str, inn: str, kpp: str = "") -> None:
    empty = dict.fromkeys(("code", "name", "full_name", "kind", "okpo"), "")
    await insert(connection, "contractor", key=new_id(), inn=inn, kpp=kpp, task_id=task, row_no=1, **empty)


async def before(connection: AsyncConnection, task: str, kind: str) -> set[tuple[str, str, int]]:
    found = await impact.stands_on(connection, UUID(task), kind)
    return {(str(row["task_id"]), row["how"], row["rows"]) for row in found}


async def after(connection: AsyncConnection, task: str, kind: str) -> set[tuple[str, str, int]]:
    found = await impact.standing_on(connection, UUID(task), kind, BEGUN)
    return {(str(row["task_id"]), row["how"], row["rows"]) for row in found}


async def test_a_recalculation_stands_on_quotes_rates_and_components(connection: AsyncConnection) -> None:
    parts, quotes, old, rates, recalculated = [new_id() for _ in range(5)]
    one, two = await component(connection, parts), await component(connection, parts, "Y")
    for of in (one, two):
        await quote(connection, quotes, of, "supplier")
        await priced(connection, recalculated, of)
    await quote(connection, new_id(), one, "supplier", "2025-01-01")
    await rate(connection, old, "2025-02-01")
    await rate(connection, rates, "2025-02-28")
    assert await before(connection, recalculated, "recalculate") == {
        (parts, "component", 2),
        (quotes, "quotes", 2),
        (rates, "rates", 2),
    }
    assert await after(connection, rates, "currency_rates") == {(recalculated, "priced", 2)}
    assert await after(connection, old, "currency_rates") == set(), "a later rate took its place"


async def test_price_lists_stand_on_what_their_kind_is_made_of(connection: AsyncConnection) -> None:
    parts, quotes, asked, rates, recalculated = [new_id() for _ in range(5)]
    of = await component(connection, parts)
    await quote(connection, quotes, of, "supplier")
    await quote(connection, asked, of, "competitor")
    await rate(connection, rates, "2025-02-28")
    await priced(connection, recalculated, of)
    stock = new_id()
    await lot(connection, stock, of)
    estimate = await listed(connection, "estimate", of)
    dollars = await listed(connection, "estimate", of, currency="USD")
    competitor = await listed(connection, "competitor", of)
    warehouse = await listed(connection, "warehouse", of)
    made = {(parts, "component", 1)}
    assert await before(connection, estimate, "pricelist_create") == {
        *made,
        (recalculated, "priced", 1),
        (quotes, "quotes", 1),
    }
    assert (rates, "rates", 1) in await before(connection, dollars, "pricelist_create")
    assert await before(connection, competitor, "pricelist_create") == {
        *made,
        (asked, "quotes", 1),
        (rates, "rates", 1),
    }
    assert await before(connection, warehouse, "pricelist_create") == {*made, (stock, "stock", 1)}
    assert await after(connection, rates, "currency_rates") == {
        (recalculated, "priced", 1),
        (dollars, "listed", 1),
        (competitor, "listed", 1),
    }


async def test_transactions_stand_on_the_contractors_that_they_are_linked_to(
    connection: AsyncConnection,
) -> None:
    firms, branches, bank = [new_id() for _ in range(3)]
    await contractor(connection, firms, "7700000005")
    await contractor(connection, branches, "7800000009", "1")
    await contractor(connection, new_id(), "7800000009", "2")
    await transaction(connection, bank, counterparty_inn="7700000005", counterparty_kpp="9")
    await transaction(connection, bank, counterparty_inn="7700000005")
    await transaction(connection, bank, counterparty_inn="7800000009", counterparty_kpp="1")
    await transaction(connection, bank, counterparty_inn="7800000009", counterparty_kpp="7")
    await transaction(connection, bank)
    assert await after(connection, firms, "contractors") == {(bank, "linked", 2)}
    assert await after(connection, branches, "contractors") == {(bank, "linked", 1)}
    assert await before(connection, bank, "bank_transactions") == {
        (firms, "contractor", 2),
        (branches, "contractor", 1),
    }


async def test_transactions_stand_on_the_model_and_on_who_decided_again(connection: AsyncConnection) -> None:
    earlier, model = new_id(), new_id()
    for version, (one, age) in enumerate(((earlier, 3), (model, 2)), 1):
        row = {"id": one, "version": version, "threshold": 0.95, "expected": 1}
        await insert(connection, "classifier_model", **row)
        at = NOW - timedelta(hours=age)
        await insert(connection, "classifier_activation", version=version, threshold=1, author="1", at=at)
    bank = await task_of(connection, "bank_transactions")
    days = {"date_from": "2025-03-01", "date_to": "2025-03-31"}
    again = await task_of(connection, "transactions_reclassify", **days)
    await transaction(connection, bank, classified_by="model")
    await transaction(connection, bank, classified_by="person")
    await transaction(connection, bank, booked_on=_day("2025-04-01"))
    assert await after(connection, model, "classifier_train") == {(bank, "classified", 1)}
    assert await after(connection, earlier, "classifier_train") == set()
    assert await before(connection, bank, "bank_transactions") == {(model, "classified", 1)}
    assert await after(connection, bank, "bank_transactions") == {(again, "reclassified", 1)}
    assert await before(connection, again, "transactions_reclassify") == {(bank, "reclassified", 1)}


async def test_what_stands_on_prices_is_the_same_asked_from_either_side(connection: AsyncConnection) -> None:
    of_kind = {
        kind: await task_of(connection, kind)
        for kind in ("components", "quotes", "stock_import", "currency_rates", "recalculate")
    }
    of = await component(connection, of_kind["components"])
    by_hand = await component(connection, of_kind["components"], "Y")
    for one in (of, by_hand):
        await quote(connection, of_kind["quotes"], one, "supplier")
    await quote(connection, of_kind["quotes"], of, "competitor")
    await rate(connection, of_kind["currency_rates"], "2025-02-28")
    await lot(connection, of_kind["stock_import"], of)
    await priced(connection, of_kind["recalculate"], of)
    manual = of_kind["by_hand"] = await task_of(connection, "recalculate")
    await priced(connection, manual, by_hand)
    await connection.execute(
        text("UPDATE price_history SET method = 'manual' WHERE task_id = :id"), {"id": manual}
    )
    for kind in ("estimate", "competitor", "warehouse"):
        of_kind[kind] = await listed(connection, kind, of, currency="USD")
    named = {"by_hand": "recalculate"} | dict.fromkeys(
        ("estimate", "competitor", "warehouse"), "pricelist_create"
    )
    known = {task: name for name, task in of_kind.items()}
    downward, upward = set(), set()
    for name, task in of_kind.items():
        kind = named.get(name, name)
        upward |= {(name, known[one]) for one, *_ in await before(connection, task, kind)}
        downward |= {(known[one], name) for one, *_ in await after(connection, task, kind)}
    assert upward == downward
    made = ("recalculate", "estimate", "competitor", "warehouse", "by_hand")
    assert {(one, "components") for one in made} <= upward
    assert {one for one, on in upward if on == "stock_import"} == {"warehouse"}
    assert {one for one, on in upward if on == "quotes"} == {"recalculate", "estimate", "competitor"}


async def test_rows_brought_again_are_told_from_either_side(connection: AsyncConnection) -> None:
    first, second = await task_of(connection, "components"), await task_of(connection, "components")
    row = {"owner": first, "row_id": "1", "tab": "component", "task_id": second, "row_no": 1}
    await connection.execute(
        text(f"INSERT INTO carried_row ({', '.join(row)}) VALUES ({', '.join(f':{name}' for name in row)})"),
        row,
    )
    assert await after(connection, first, "components") == {(second, "brought", 1)}
    assert await before(connection, second, "components") == {(first, "brought", 1)}
