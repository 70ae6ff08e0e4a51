"""Prices are exact sums: what must be true of them whatever the numbers are."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.prices.rules import (
    Quote,
    RateMissing,
    converted,
    median,
    raw_price,
    rounded,
    weighted_average,
)

DAY = date(2025, 3, 3)
amounts = st.decimals("0.000001", "99999999", places=6)
steps = st.sampled_from([Decimal(step) for step in ("0.01", "0.05", "0.5", "1", "10", "100")])


@given(amounts, steps)
def test_rounding_goes_to_the_nearest_step_and_stays_there(value: Decimal, step: Decimal) -> None:
    found = rounded(value, step)
    assert found % step == 0
    assert abs(found - value) <= step / 2
    assert rounded(found, step) == found


@pytest.mark.parametrize(
    ("value", "step", "found"),
    [("0.125", "0.01", "0.13"), ("2.5", "1", "3"), ("-2.5", "1", "-3"), ("1.025", "0.05", "1.05")],
)
def test_halves_go_away_from_zero(value: str, step: str, found: str) -> None:
    assert rounded(Decimal(value), Decimal(step)) == Decimal(found)


@given(st.lists(st.tuples(amounts, amounts), min_size=1, max_size=20), st.randoms())
def test_an_average_lies_between_and_does_not_depend_on_the_order(
    quotes: list[tuple[Decimal, Decimal]], random: object
) -> None:
    found = weighted_average(quotes)
    prices = [price for price, _ in quotes]
    assert min(prices) <= found <= max(prices)
    assert weighted_average(sorted(quotes)) == found
    assert min(prices) <= median(prices) <= max(prices)


@given(amounts, amounts, amounts)
def test_a_conversion_there_and_back_is_the_amount(amount: Decimal, usd: Decimal, eur: Decimal) -> None:
    rates = {"USD": usd, "EUR": eur}

    def rate(currency: str, day: date) -> Decimal | None:
        return rates.get(currency)

    there = converted(amount, "USD", "EUR", DAY, rate)
    assert abs(converted(there, "EUR", "USD", DAY, rate) - amount) < Decimal("0.000001")
    assert converted(amount, "CNY", "CNY", DAY, rate) == amount


def test_a_rate_that_is_missing_is_named() -> None:
    with pytest.raises(RateMissing) as caught:
        converted(Decimal(1), "USD", "RUB", DAY, lambda currency, day: None)
    assert (caught.value.currency, caught.value.day) == ("USD", DAY)


def test_of_the_latest_day_the_lowest_price_counts() -> None:
    quotes = [
        Quote(Decimal(price), Decimal(1), "RUB", DAY.replace(day=day))
        for price, day in (("1", 1), ("3", 2), ("2", 2))
    ]
    assert raw_price("latest", quotes, "RUB", lambda currency, day: None) == 2
    assert raw_price("median", [], "RUB", lambda currency, day: None) is None
