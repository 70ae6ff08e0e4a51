"""Values as 1C writes them: numbers in two shapes, padding, empty references and dates, nulls."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.sources.onec import parsing

REF = "1fa1a135-d89b-11e6-8343-40167e2531c3"


def test_money_is_decimal_from_the_first_byte_on() -> None:
    assert parsing.loads(b'{"a": 0.1, "b": 1000}') == {"a": Decimal("0.1"), "b": 1000}


def test_a_byte_order_mark_and_raw_control_characters_are_read() -> None:
    assert parsing.loads(b'\xef\xbb\xbf{"a": "x\ty"}') == {"a": "x\ty"}


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"a": NaN}', b'{"a": Infinity}', b"\xff\xfe", b'{"a"'])
def test_what_is_not_json_is_an_error(body: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parsing.loads(body)


@pytest.mark.parametrize(
    ("value", "expected"),
    [("7712345678  ", "7712345678"), (None, ""), (12, "12"), ([], ""), ({}, ""), ("", "")],
)
def test_text_comes_without_padding(value: Any, expected: str) -> None:
    assert parsing.text(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (REF, REF),
        (REF.upper(), REF),
        (parsing.EMPTY_REF, None),
        ("", None),
        (None, None),
        ("x", None),
        (1, None),
    ],
)
def test_an_empty_reference_is_none(value: Any, expected: str | None) -> None:
    assert parsing.ref(value) == expected


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (REF, "StandardODATA.Catalog_Контрагенты", ("Catalog_Контрагенты", REF)),
        (REF, "StandardODATA.Catalog_ФизическиеЛица", ("Catalog_ФизическиеЛица", REF)),
        ("", "StandardODATA.Undefined", None),
        (REF, "StandardODATA.Undefined", None),
        (parsing.EMPTY_REF, "StandardODATA.Catalog_Контрагенты", None),
        (REF, None, None),
    ],
)
def test_a_composite_reference_is_read_by_its_type(value: Any, kind: Any, expected: Any) -> None:
    assert parsing.composite(value, kind) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2024-01-05T12:30:00", datetime(2024, 1, 5, 12, 30)),  # noqa: DTZ001 - 1C's moments have no zone
        ("0001-01-01T00:00:00", None),
        ("2024-02-31T00:00:00", None),
        ("2024-01-05", None),
        (None, None),
    ],
)
def test_the_empty_date_is_none(value: Any, expected: datetime | None) -> None:
    assert parsing.moment(value) == expected


@given(st.integers(-(2**63), 2**63 - 1))
def test_an_int64_reads_the_same_as_text_and_as_number(value: int) -> None:
    assert parsing.integer(str(value)) == parsing.integer(value) == value


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**15), max_value=10**15))
def test_a_double_reads_the_same_as_text_and_as_number(value: Decimal) -> None:
    assert parsing.number(value) == parsing.number(str(value)) == value
    assert "E" not in parsing.number_text(value)


@pytest.mark.parametrize("value", ["", "12,3", "1_000", "NaN", "Infinity", "٣", True, None, "1" * 40, "0x10"])
def test_what_is_no_number_is_none(value: Any) -> None:
    assert parsing.number(value) is None


def test_an_int64_with_a_fraction_is_none() -> None:
    assert parsing.integer("1.5") is None


def test_an_exponent_becomes_plain_digits_and_nonsense_stays() -> None:
    assert parsing.number_text(Decimal("1E+3")) == "1000"
    assert parsing.number_text(None) is None
    assert parsing.number_text("12,3") == "12,3"


def test_a_row_keeps_decimals_as_text_and_loses_links() -> None:
    value = {"a": [Decimal("1.10"), "x  "], "Город@navigationLinkUrl": "…", "b": True}
    assert parsing.plain(value) == {"a": ["1.10", "x"], "b": True}
