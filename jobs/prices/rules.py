"""A component's price by its method, as exact sums: what the statements of ``jobs.prices.statements`` do.

Every quotient keeps 20 decimals and the price before coefficient and rounding 10, half away from zero, so
that Python and PostgreSQL say the same to the last digit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Literal

Method = Literal["weighted_avg", "median", "latest", "manual"]
METHODS: tuple[Method, ...] = ("weighted_avg", "median", "latest", "manual")
# Rates are roubles for one unit of a currency.
BASE = "RUB"

QUOTIENT_DECIMALS, RAW_DECIMALS = 20, 10
_WIDE = Context(prec=120, rounding=ROUND_HALF_UP)
Rate = Callable[[str, date], Decimal | None]


class RateMissing(LookupError):
    """No rate of ``currency`` is known on or before ``day``."""

    def __init__(self, currency: str, day: date) -> None:
        super().__init__(currency, day)
        self.currency = currency
        self.day = day


@dataclass(frozen=True, slots=True)
class Quote:
    """What somebody asked for a unit on a day; ``quantity`` weighs it."""

    price: Decimal
    quantity: Decimal
    currency: str
    day: date


def rounded(value: Decimal, step: Decimal) -> Decimal:
    """To the nearest whole number of steps (0.01, 0.05, 10), halves away from zero."""
    return _WIDE.multiply(_decimals(_quotient(value, step), 0), step)


def converted(amount: Decimal, currency: str, wanted: str, day: date, rate: Rate) -> Decimal:
    """By the rates of the day, through roubles; raises RateMissing."""
    if currency == wanted:
        return amount
    found = [Decimal(1) if name == BASE else rate(name, day) for name in (currency, wanted)]
    for name, known in zip((currency, wanted), found, strict=True):
        if known is None:
            raise RateMissing(name, day)
    source, target = found
    assert source is not None
    assert target is not None
    return _quotient(_WIDE.multiply(amount, source), target)


def weighted_average(quotes: Sequence[tuple[Decimal, Decimal]]) -> Decimal:
    """Σ price × quantity ÷ Σ quantity of pairs (price, quantity)."""
    amount, quantity = Decimal(0), Decimal(0)
    for price, weight in quotes:
        amount = _WIDE.add(amount, _WIDE.multiply(price, weight))
        quantity = _WIDE.add(quantity, weight)
    return _quotient(amount, quantity)


def median(prices: Sequence[Decimal]) -> Decimal:
    """The middle one; of an even number the middle of the two in the middle."""
    ordered = sorted(prices)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return _quotient(_WIDE.add(ordered[middle - 1], ordered[middle]), Decimal(2))


def raw_price(method: Method, quotes: Sequence[Quote], currency: str, rate: Rate) -> Decimal | None:
    """Before coefficient and rounding, None without a quote. ``latest`` takes the lowest of its day."""
    prices = [
        (converted(quote.price, quote.currency, currency, quote.day, rate), quote.quantity)
        for quote in quotes
    ]
    if not prices:
        return None
    match method:
        case "weighted_avg":
            return _decimals(weighted_average(prices), RAW_DECIMALS)
        case "median":
            return _decimals(median([price for price, _ in prices]), RAW_DECIMALS)
        case _:
            last = max(quote.day for quote in quotes)
            of_day = [price for (price, _), quote in zip(prices, quotes, strict=True) if quote.day == last]
            return _decimals(min(of_day), RAW_DECIMALS)


def final_price(raw: Decimal, coefficient: Decimal, step: Decimal) -> Decimal:
    """With the component's coefficient and rounding, whatever the method."""
    return rounded(_WIDE.multiply(raw, coefficient), step)


def _quotient(value: Decimal, by: Decimal) -> Decimal:
    return _decimals(_WIDE.divide(value, by), QUOTIENT_DECIMALS)


def _decimals(value: Decimal, places: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-places), context=_WIDE)
