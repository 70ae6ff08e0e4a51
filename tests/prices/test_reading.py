"""Cells as Russian files write them."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import MalformedRow
from jobs.prices import reading


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("29\u00a0120,00", "29120"),
        ("1,234", "1.234"),
        ("1,234.50", "1234.5"),
        ("1.234,50", "1234.5"),
        ("\u22125", "-5"),
        (",5", "0.5"),
        ("1e3", "1000"),
        ("0.0000004", "0"),
    ],
)
def test_numbers_are_read(cell: str, value: str) -> None:
    assert reading.decimal({"n": cell}, "n") == Decimal(value)


@pytest.mark.parametrize("cell", ["1.2.3", "руб", "1,2,3", "NaN", "9" * 15, "1e99", "--1", "٣"])
def test_failing_what_is_no_number_is_rejected(cell: str) -> None:
    with pytest.raises(MalformedRow, match="number_malformed"):
        reading.decimal({"n": cell}, "n")


@given(st.decimals("-9999999", "9999999", places=6))
def test_a_number_is_read_back_however_it_is_grouped(value: Decimal) -> None:
    for cell in (f"{value:f}", f"{value:,.6f}", f"{value:,.6f}".replace(",", "\u00a0").replace(".", ",")):
        assert reading.decimal({"n": cell}, "n") == value


@pytest.mark.parametrize("cell", ["03.03.2025", "2025-03-03", "03.03.2025 0:00:00", "2025-03-03T00:00:00"])
def test_days_are_read(cell: str) -> None:
    assert reading.day({"d": cell}, "d") == date(2025, 3, 3)


@pytest.mark.parametrize("cell", ["2025-02-30", "31.02.2025", "03/03/2025", "вчера"])
def test_failing_what_is_no_day_is_rejected(cell: str) -> None:
    with pytest.raises(MalformedRow):
        reading.day({"d": cell}, "d")
