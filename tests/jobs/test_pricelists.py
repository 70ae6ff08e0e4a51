"""A price list is of one moment, numbered when it is whole, and never made twice."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.errors import Fatal
from events.records import Counts
from infra.clock import new_id, utc_now
from infra.objects import ObjectStore
from jobs.base import TaskSpec
from jobs.kinds.pricelist_create import PricelistCreate
from tests.databases import emptied
from tests.jobs import pricing
from tests.jobs.pricing import AS_OF, Connection

pytestmark = pytest.mark.integration

KIND = PricelistCreate()


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[Connection]:
    async with emptied(database_url, pricing.TABLES) as made:
        yield made


def spec(kind: str, attempt: int = 1, task_id: str | None = None, **params: Any) -> TaskSpec:
    """Of the day that prices are of in these tests; stock is known today only."""
    as_of = utc_now().date() if kind == "warehouse" else AS_OF
    given = {"kind": kind, "as_of": as_of.isoformat(), "days": 30} | params
    return TaskSpec(task_id or new_id(), attempt, "pricelist_create", given, {})


async def made(connection: Connection, url: str, wanted: TaskSpec, size: int = 2) -> None:
    await connection.commit()
    survey, rows = await pricing.surveyed(KIND, wanted, pricing.tools(url))
    await pricing.worked(connection, KIND, wanted, survey, rows, size)
    await connection.commit()


async def items(connection: Connection, task_id: str) -> dict[str, tuple[Decimal, Decimal | None]]:
    found = await connection.execute(
        "SELECT code, price, quantity FROM pricelist_item WHERE pricelist_id = %s", [task_id]
    )
    return {code: (price, quantity) for code, price, quantity in await found.fetchall()}


async def numbers(connection: Connection) -> list[int | None]:
    found = await connection.execute("SELECT number FROM pricelist ORDER BY id")
    return [number for (number,) in await found.fetchall()]


async def test_estimate_lists_prices_that_are_there(connection: Connection, database_url: str) -> None:
    await pricing.component(connection, "А-1", price=Decimal("12.50"))
    await pricing.component(connection, "А-2")
    await pricing.component(connection, "А-3", price=Decimal(2), currency="USD", rounding=10)
    await pricing.rate(connection, "USD", AS_OF, "81.3")
    wanted = spec("estimate")
    await made(connection, database_url, wanted)
    expected = {"А-1": (Decimal("12.5"), None), "А-3": (Decimal("162.6"), None)}
    assert await items(connection, wanted.task_id) == expected


async def test_estimate_of_a_past_day_has_the_prices_of_that_day(
    connection: Connection, database_url: str
) -> None:
    first = await pricing.component(connection, "А-1")
    second = await pricing.component(connection, "А-2", currency="USD")
    for days, price in ((9, 10), (5, 12), (7, 11), (7, "11.5"), (0, 13)):
        await pricing.changed(connection, first, price, AS_OF - timedelta(days))
    # Its currency was another one then.
    await pricing.changed(connection, second, 500, AS_OF - timedelta(6))
    await pricing.changed(connection, second, 5, AS_OF, "USD")
    await pricing.rate(connection, "USD", AS_OF - timedelta(30), "80")
    for days, expected in (
        (9, {"А-1": 10}),
        (8, {"А-1": 10}),
        (7, {"А-1": Decimal("11.5")}),
        (6, {"А-1": Decimal("11.5"), "А-2": 500}),
        (1, {"А-1": 12, "А-2": 500}),
        (0, {"А-1": 13, "А-2": 400}),
        (-1, {"А-1": 13, "А-2": 400}),
    ):
        wanted = spec("estimate", as_of=(AS_OF - timedelta(days)).isoformat())
        await made(connection, database_url, wanted)
        found = {code: price for code, (price, _) in (await items(connection, wanted.task_id)).items()}
        assert found == expected, days
    with pytest.raises(Fatal, match="pricelist_empty"):
        await made(connection, database_url, spec("estimate", as_of=(AS_OF - timedelta(10)).isoformat()))


async def test_warehouse_is_the_weighted_cost_of_what_is_there(
    connection: Connection, database_url: str
) -> None:
    first = await pricing.component(connection, "А-1")
    second = await pricing.component(connection, "А-2")
    await pricing.lot(connection, first, 3, 10)
    await pricing.lot(connection, first, 1, "0.25", currency="USD", received=AS_OF - timedelta(1))
    await pricing.lot(connection, first, 6, None)
    await pricing.lot(connection, second, 0, 10)
    await pricing.rate(connection, "USD", AS_OF - timedelta(2), "80")
    await pricing.rate(connection, "USD", AS_OF, "9999")
    wanted = spec("warehouse")
    await made(connection, database_url, wanted)
    assert await items(connection, wanted.task_id) == {"А-1": (Decimal("12.5"), Decimal(10))}


@pytest.mark.parametrize(("days", "refused"), [(0, False), (1, False), (2, True), (200, True)])
async def test_a_past_day_has_no_stock(
    connection: Connection, database_url: str, days: int, refused: bool
) -> None:
    """Repeated days later, say; what was asked for before midnight is made after it."""
    await pricing.lot(connection, await pricing.component(connection, "А-1"), 3, 10)
    wanted = spec("warehouse", as_of=(utc_now().date() - timedelta(days)).isoformat())
    if refused:
        with pytest.raises(Fatal, match="stock_day_past"):
            await made(connection, database_url, wanted)
        await connection.rollback()
    else:
        await made(connection, database_url, wanted)
    assert len(await numbers(connection)) == int(not refused)


async def test_a_step_rounds_a_price_of_its_own_currency_only(
    connection: Connection, database_url: str
) -> None:
    first = await pricing.component(connection, "А-1", price=Decimal(5_000), rounding=100)
    second = await pricing.component(connection, "А-2", price=Decimal("0.123"), currency="USD", rounding=1)
    await pricing.rate(connection, "USD", AS_OF, "90.5")
    await pricing.lot(connection, first, 1, "12.50")
    await pricing.quote(connection, second, "5000", kind="competitor")
    for kind, currency, expected in (
        ("estimate", "USD", {"А-1": "55.25", "А-2": "0.123"}),
        ("estimate", "RUB", {"А-1": "5000", "А-2": "11.13"}),
        ("warehouse", "USD", {"А-1": "0.14"}),
        ("warehouse", "RUB", {"А-1": "12.5"}),
        ("competitor", "USD", {"А-2": "55.25"}),
    ):
        wanted = spec(kind, currency=currency)
        await made(connection, database_url, wanted)
        found = {code: price for code, (price, _) in (await items(connection, wanted.task_id)).items()}
        assert found == {code: Decimal(price) for code, price in expected.items()}, (kind, currency)


async def test_competitor_is_the_median_and_a_missing_rate_rejects_one(
    connection: Connection, database_url: str
) -> None:
    first = await pricing.component(connection, "А-1")
    second = await pricing.component(connection, "А-2")
    for price in (10, 30, 11, 12):
        await pricing.quote(connection, first, price, kind="competitor")
    await pricing.quote(connection, first, 1)
    await pricing.quote(connection, second, 1, kind="competitor", currency="EUR")
    wanted = spec("competitor")
    await made(connection, database_url, wanted, size=1)
    assert await items(connection, wanted.task_id) == {"А-1": (Decimal("11.5"), None)}
    assert await numbers(connection) == [1]


@pytest.mark.parametrize(
    ("kind", "currency", "missing"),
    [("estimate", "RUB", "CNY"), ("warehouse", "RUB", "CNY"), ("competitor", "EUR", "EUR")],
)
async def test_a_missing_rate_is_of_the_currency_that_has_none(
    connection: Connection, database_url: str, kind: str, currency: str, missing: str
) -> None:
    rated = "RUB" if missing == "CNY" else "EUR"
    for code, known in (("А-1", rated), ("А-2", "CNY"), ("А-3", "USD")):
        part = await pricing.component(connection, code, price=Decimal(1), currency=known)
        await pricing.lot(connection, part, 1, 1, currency=known)
        await pricing.quote(connection, part, 1, kind="competitor", currency=known)
    await pricing.rate(connection, "USD", AS_OF, "80")
    if missing != "CNY":
        await pricing.rate(connection, "CNY", AS_OF, "11")
    await connection.commit()
    wanted = spec(kind, currency=currency)
    survey, rows = await pricing.surveyed(KIND, wanted, pricing.tools(database_url))
    [result] = await pricing.worked(connection, KIND, wanted, survey, rows)
    rejected = {reject.raw["code"]: reject.error.arguments["currency"] for reject in result.rejects}
    assert rejected == ({"А-2": "CNY"} if missing == "CNY" else {"А-2": "EUR", "А-3": "EUR"})


@pytest.mark.parametrize("kind", ["estimate", "warehouse", "competitor"])
async def test_a_component_without_a_price_is_counted(
    connection: Connection, database_url: str, kind: str
) -> None:
    first = await pricing.component(connection, "А-2", price=Decimal(1))
    second = await pricing.component(connection, "А-1")
    await pricing.lot(connection, first, 1, 1)
    await pricing.lot(connection, second, 1, None)
    await pricing.quote(connection, first, 1, kind="competitor")
    await connection.commit()
    wanted = spec(kind)
    survey, rows = await pricing.surveyed(KIND, wanted, pricing.tools(database_url))
    results = await pricing.worked(connection, KIND, wanted, survey, rows, 1)
    assert [result.counts for result in results] == [Counts(created=1), Counts(skipped=1)]
    [verdict] = results[1].verdicts
    assert (verdict.verdict, verdict.key, verdict.code) == ("skipped", "А-1", "without_price")
    assert list(await items(connection, wanted.task_id)) == ["А-2"]
    assert await numbers(connection) == [1]
    again = await pricing.worked(connection, KIND, wanted, survey, rows)
    assert again[0].counts == Counts(unchanged=1, skipped=1)


async def test_failing_a_list_without_any_rate_names_the_currency(
    connection: Connection, database_url: str
) -> None:
    for code in ("А-1", "А-2"):
        part = await pricing.component(connection, code, price=Decimal(1))
        await pricing.lot(connection, part, 1, 1)
        await pricing.quote(connection, part, 1, kind="competitor")
    for kind in ("estimate", "warehouse", "competitor"):
        with pytest.raises(Fatal, match="pricelist_rate_missing") as caught:
            await made(connection, database_url, spec(kind, currency="CNY"))
        assert caught.value.arguments == {"currency": "CNY"}


async def test_prices_that_change_meanwhile_are_not_in_it(connection: Connection, database_url: str) -> None:
    for number in range(5):
        await pricing.component(connection, f"А-{number}", price=Decimal(1))
    await connection.commit()
    wanted, objects = spec("estimate"), ObjectStore.from_url("memory:///")
    tools = pricing.tools(database_url, objects)
    survey, rows = await pricing.surveyed(KIND, wanted, tools)
    for component_id in range(1, 6):
        await pricing.changed(connection, component_id, 2, AS_OF)
    await connection.commit()
    # Another attempt, and another reader of this one, see what the first saw.
    again = spec("estimate", 2, wanted.task_id)
    assert await pricing.surveyed(KIND, again, tools) == (survey, rows)
    await pricing.worked(connection, KIND, wanted, survey, rows[:2])
    assert await numbers(connection) == [None]
    await pricing.worked(connection, KIND, again, survey, rows, 3)
    await pricing.worked(connection, KIND, again, survey, rows, 2)
    assert await numbers(connection) == [1]
    assert {price for price, _ in (await items(connection, wanted.task_id)).values()} == {Decimal(1)}


async def test_numbers_have_no_gaps(connection: Connection, database_url: str) -> None:
    await pricing.component(connection, "А-1", price=Decimal(1))
    await pricing.component(connection, "А-2", price=Decimal(1))
    await connection.commit()
    stopped = spec("estimate")
    survey, rows = await pricing.surveyed(KIND, stopped, pricing.tools(database_url))
    await pricing.worked(connection, KIND, stopped, survey, rows[:1])
    for _ in range(2):
        await made(connection, database_url, spec("estimate"))
    assert await numbers(connection) == [None, 1, 2]


async def test_failing_an_empty_list_is_not_made(connection: Connection, database_url: str) -> None:
    await pricing.component(connection, "А-1")
    await connection.commit()
    with pytest.raises(Fatal, match="pricelist_empty"):
        await made(connection, database_url, spec("estimate"))
    with pytest.raises(Fatal, match="pricelist_kind_unknown"):
        await made(connection, database_url, spec("retail"))
    assert await numbers(connection) == []
