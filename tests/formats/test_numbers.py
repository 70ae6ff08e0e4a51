"""Sums and dates in every shape that banks were seen to write."""

from datetime import date

import pytest

from jobs.formats.numbers import amount_problem, date_problem, day, kopecks


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("123", 12300),
        ("1.5", 150),
        ("250.50", 25050),
        (" 250.50 ", 25050),
        ("15000,00", 1500000),
        ("15000-00", 1500000),
        ("50 000,50", 5000050),
        ("50\u00a0000,50", 5000050),
        ("50\u202f000,50", 5000050),
        ("1 234 567", 123456700),
        ("1,234.56", 123456),
        ("1.234,56", 123456),
        ("1.234.567", 123456700),
        ("1'234.56", 123456),
        ("100.0000", 10000),
        ("0.00", 0),
        ("007.10", 710),
        ("+5.00", 500),
        ("-5.00", -500),
        ("\u22125,00", -500),
        ("9999999999999999.99", 999999999999999999),
        ("9 999 999 999 999 999.99", 999999999999999999),
    ],
)
def test_a_sum_is_read_in_kopecks(text: str, expected: int) -> None:
    assert kopecks(text) == expected


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "amount_missing"),
        (" \u00a0", "amount_missing"),
        ("12,3,4", "amount_malformed"),
        ("1.234", "amount_malformed"),
        ("1,234,56", "amount_malformed"),
        ("100.001", "amount_malformed"),
        ("100.0010", "amount_malformed"),
        ("5 0000", "amount_malformed"),
        ("1e5", "amount_malformed"),
        ("сто рублей", "amount_malformed"),
        ("٣٤.٥٠", "amount_malformed"),
        ("²5.00", "amount_malformed"),
        ("10000000000000000", "amount_too_large"),
        ("10000000000000000.00", "amount_too_large"),
        ("-10000000000000000.00", "amount_too_large"),
        ("1" + "0" * 20, "amount_too_large"),
        ("9" * 100_000, "amount_too_large"),
    ],
)
def test_a_sum_that_cannot_be_read_says_why(text: str, problem: str) -> None:
    assert kopecks(text) is None
    assert amount_problem(text) == problem


@pytest.mark.parametrize("text", ["03.04.2025", " 3.4.2025 ", "03.04.2025 10:41:57", "03.04.2025T10:41"])
def test_a_date_is_read(text: str) -> None:
    assert day(text) == date(2025, 4, 3)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "date_missing"),
        ("01.01.0001", "date_missing"),
        ("31.02.2025", "date_impossible"),
        ("01.13.2025", "date_impossible"),
        ("01.01.0218", "date_impossible"),
        ("23.08.201819202122", "date_malformed"),
        ("2025-04-03", "date_malformed"),
        ("03.04.25", "date_malformed"),
        ("вчера", "date_malformed"),
        ("1" * 100_000, "date_malformed"),
    ],
)
def test_a_date_that_cannot_be_read_says_why(text: str, problem: str) -> None:
    assert day(text) is None
    assert date_problem(text) == problem
