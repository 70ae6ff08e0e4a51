"""Prices by their method: as the pure rules say, only what changed, the same whatever the batch size."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.errors import Fatal
from infra.clock import new_id
from jobs.base import BatchResult, TaskSpec
from jobs.kinds import price_days
from jobs.kinds.recalculate import Recalculate
from jobs.prices.rules import METHODS, Quote, RateMissing, final_price, raw_price
from tests.databases import emptied
from tests.jobs import pricing
from tests.jobs.pricing import AS_OF, Connection

pytestmark = pytest.mark.integration

KIND = Recalculate()
DAYS = 30


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[Connection]:
    async with emptied(database_url, pricing.TABLES) as made:
        yield made


async def recalculated(
    connection: Connection, url: str, size: int = 1_000, *, day: date = AS_OF, task_id: str | None = None
) -> list[BatchResult]:
    await connection.commit()
    params = {"as_of": day.isoformat(), "days": DAYS}
    spec = TaskSpec(task_id or new_id(), 1, "recalculate", params, {})
    survey, rows = await pricing.surveyed(KIND, spec, pricing.tools(url))
    return await pricing.worked(connection, KIND, spec, survey, rows, size)


async def prices(connection: Connection) -> dict[str, Any]:
    return dict(await (await connection.execute("SELECT code, price FROM component")).fetchall())


def said(results: list[BatchResult]) -> list[tuple[str, str | None]]:
    return [(verdict.verdict, verdict.code) for result in results for verdict in result.verdicts]


async def test_only_what_changed_is_written_with_a_row_of_history(
    connection: Connection, database_url: str
) -> None:
    bolt = await pricing.component(connection, "А-1")
    await pricing.component(connection, "А-2")
    await pricing.quote(connection, bolt, 10, quantity=3)
    await pricing.quote(connection, bolt, 20)
    await pricing.quote(connection, bolt, 1, kind="competitor")
    await pricing.quote(connection, bolt, 1, day=AS_OF - timedelta(DAYS))
    await pricing.quote(connection, bolt, 1, day=AS_OF + timedelta(1))
    expected = [("updated", "price_changes"), ("skipped", "without_quotes")]
    assert said(await recalculated(connection, database_url)) == expected
    assert await prices(connection) == {"А-1": Decimal("12.5"), "А-2": None}
    assert said(await recalculated(connection, database_url)) == [("unchanged", None), expected[1]]
    history = await connection.execute("SELECT old, new, method, inputs FROM price_history")
    [(old, new, method, inputs)] = await history.fetchall()
    assert (old, new, method) == (None, Decimal("12.5"), "weighted_avg")
    assert (inputs["quotes"], inputs["days"], inputs["as_of"]) == (2, DAYS, AS_OF.isoformat())


async def test_a_rate_that_nobody_knows_rejects_its_component_alone(
    connection: Connection, database_url: str
) -> None:
    for code, currency in (("А-1", "USD"), ("А-2", "EUR")):
        await pricing.quote(connection, await pricing.component(connection, code), 10, currency=currency)
    third = await pricing.component(connection, "А-3", currency="CNY")
    await pricing.quote(connection, third, 10, currency="USD")
    await pricing.rate(connection, "USD", AS_OF - timedelta(5), "80.5")
    await pricing.rate(connection, "USD", AS_OF + timedelta(1), "1")
    [result] = await recalculated(connection, database_url)
    assert await prices(connection) == {"А-1": Decimal(805), "А-2": None, "А-3": None}
    assert [(r.raw["code"], r.error.code, r.error.value) for r in result.rejects] == [
        ("А-2", "rate_missing", "EUR"),
        ("А-3", "rate_missing", "CNY"),
    ]


async def test_manual_prices_need_no_quote(connection: Connection, database_url: str) -> None:
    await pricing.component(
        connection, "А-1", method="manual", manual_price=Decimal("10.01"), coefficient=2, rounding=5
    )
    await pricing.component(connection, "А-2", method="manual")
    assert [verdict for verdict, _ in said(await recalculated(connection, database_url))] == [
        "updated",
        "skipped",
    ]
    assert await prices(connection) == {"А-1": Decimal(20), "А-2": None}


async def test_failing_without_a_moment_nothing_is_priced(database_url: str) -> None:
    with pytest.raises(Fatal):
        KIND.source(TaskSpec("t", 1, "recalculate", {}, {}), pricing.tools(database_url))


async def test_a_day_is_not_recalculated_after_a_later_one_that_changed_nothing(
    connection: Connection, database_url: str
) -> None:
    """Only changes are kept: the earlier day's price would be the later day's, which has found another."""
    bolt = await pricing.component(connection, "А-1")
    await pricing.quote(connection, bolt, 10, day=AS_OF - timedelta(9))
    await recalculated(connection, database_url, day=AS_OF - timedelta(5))
    assert said(await recalculated(connection, database_url)) == [("unchanged", None)]
    await pricing.quote(connection, bolt, 50, day=AS_OF - timedelta(9))
    with pytest.raises(Fatal, match="recalculated_later") as caught:
        await recalculated(connection, database_url, day=AS_OF - timedelta(1))
    assert caught.value.arguments == {"as_of": "2025-03-30", "later": "2025-03-31"}
    await connection.rollback()
    assert said(await recalculated(connection, database_url)) == [("updated", "price_changes")]
    history = await connection.execute("SELECT new FROM price_history ORDER BY id")
    assert await history.fetchall() == [(Decimal(10),), (Decimal(30),)]


async def test_an_earlier_day_stops_where_a_later_one_has_begun(
    connection: Connection, database_url: str
) -> None:
    for code in ("А-1", "А-2"):
        await pricing.quote(connection, await pricing.component(connection, code), 10)
    await connection.commit()
    earlier = TaskSpec(new_id(), 1, "recalculate", {"as_of": "2025-03-31", "days": DAYS}, {})
    survey, rows = await pricing.surveyed(KIND, earlier, pricing.tools(database_url))
    await pricing.worked(connection, KIND, earlier, survey, rows[:1])
    await connection.commit()
    await recalculated(connection, database_url, day=AS_OF + timedelta(1))
    with pytest.raises(Fatal, match="recalculated_later"):
        await pricing.worked(connection, KIND, earlier, survey, rows[1:])


async def test_a_later_day_waits_for_the_batch_of_an_earlier_one(
    connection: Connection, database_url: str
) -> None:
    earlier, later = (new_id(), (AS_OF - timedelta(2)).isoformat()), (new_id(), AS_OF.isoformat())
    for _ in range(2):
        async with await psycopg.AsyncConnection.connect(database_url) as other, connection.transaction():
            await price_days.begin(connection, *earlier)
            await other.execute("SET lock_timeout = '50ms'")
            with pytest.raises(psycopg.errors.LockNotAvailable):
                await price_days.begin(other, *later)


async def test_the_day_of_an_undone_recalculation_is_free(connection: Connection, database_url: str) -> None:
    await pricing.quote(connection, await pricing.component(connection, "А-1"), 10, day=AS_OF - timedelta(9))
    for day, found in ((AS_OF - timedelta(2), "updated"), (AS_OF, "unchanged")):
        task_id = new_id()
        assert said(await recalculated(connection, database_url, day=day, task_id=task_id))[0][0] == found
    await KIND.undoing.withdraw(connection, task_id)
    await recalculated(connection, database_url, day=AS_OF - timedelta(1))


amounts = st.decimals("0.01", "99999.99", places=2)
quotes = st.builds(
    Quote,
    price=amounts,
    quantity=st.decimals("0.001", "1000", places=3),
    currency=st.sampled_from(["RUB", "USD", "EUR"]),
    day=st.dates(AS_OF - timedelta(DAYS - 1), AS_OF),
)
components = st.fixed_dictionaries(
    {
        "method": st.sampled_from(METHODS),
        "manual_price": st.none() | amounts,
        "coefficient": st.sampled_from([Decimal(1), Decimal("1.2"), Decimal("0.333333")]),
        "rounding": st.sampled_from([Decimal("0.01"), Decimal("0.05"), Decimal(1), Decimal(10)]),
        "currency": st.sampled_from(["RUB", "USD"]),
    }
)
RATES = {"USD": Decimal("81.1234"), "EUR": Decimal("93.5")}


def known(currency: str, day: date) -> Decimal | None:
    """Euros are known from the middle of the month."""
    return RATES[currency] if currency == "USD" or day.day >= 15 else None


def by_the_rules(fields: dict[str, Any], found: list[Quote]) -> Decimal | None:
    try:
        if fields["method"] == "manual":
            raw = fields["manual_price"]
        else:
            raw = raw_price(fields["method"], found, fields["currency"], known)
    except RateMissing:
        return None
    return None if raw is None else final_price(raw, fields["coefficient"], fields["rounding"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(components, st.lists(quotes, max_size=5)), min_size=1, max_size=6))
async def test_prices_are_those_of_the_rules_whatever_the_batch_size(
    connection: Connection, database_url: str, desk: list[tuple[dict[str, Any], list[Quote]]]
) -> None:
    await pricing.emptied(connection)
    await pricing.rate(connection, "USD", AS_OF - timedelta(60), RATES["USD"])
    await pricing.rate(connection, "EUR", AS_OF.replace(day=15), RATES["EUR"])
    for number, (fields, found) in enumerate(desk):
        made = await pricing.component(connection, f"А-{number}", **fields)
        for one in found:
            more = {"quantity": one.quantity, "currency": one.currency, "day": one.day}
            await pricing.quote(connection, made, one.price, **more)
    expected = {f"А-{number}": by_the_rules(*one) for number, one in enumerate(desk)}
    for size in range(1, len(desk) + 1):
        await connection.execute("UPDATE component SET price = NULL")
        await recalculated(connection, database_url, size)
        assert await prices(connection) == expected
