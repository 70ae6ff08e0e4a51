"""Rows that are read many at once are those that are read one by one."""

import io
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import Fatal, TidemarkError
from jobs.formats.tables.books import opened
from jobs.formats.tables.grid import GridRow
from jobs.formats.tables.xlsx import blocks, package, strings
from jobs.formats.tables.xlsx.sheet import Sheet
from tests.formats.sheets import Rows, changed, workbook
from tests.fuzz.files import damaged

FORMATS: list[dict[str, Any]] = [
    {"indent": 2},
    {"num_format": "00000"},
    {"num_format": "dd.mm.yyyy"},
    {"bold": True},
]
LETTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="=")
CELLS = st.one_of(
    st.none(),
    st.sampled_from(["", " ", "шт", "шт.", "=1+1", "А&Б <м>", "_x000D_", "1e5", "'"]),
    st.text(LETTERS, max_size=8),
    st.integers(-(10**17), 10**17),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.datetimes(datetime(1980, 1, 1), datetime(2060, 1, 1)),  # noqa: DTZ001 - a sheet knows no zone
)


@st.composite
def books(draw: st.DrawFn) -> bytes:
    rows = draw(st.lists(st.lists(CELLS, max_size=6), min_size=1, max_size=12))
    places = st.tuples(st.integers(0, len(rows)), st.integers(0, 6))
    return workbook(
        rows,
        levels=draw(st.dictionaries(st.integers(0, len(rows)), st.integers(0, 7), max_size=4)),
        formats=draw(st.dictionaries(places, st.sampled_from(FORMATS), max_size=8)),
    )


def read(content: bytes) -> list[GridRow] | str:
    """The rows of the first sheet, or why there are none."""
    try:
        book = opened(io.BytesIO(content))
        return list(book.rows(book.sheets[0]))
    except TidemarkError as error:
        return error.code


def one_by_one(content: bytes) -> list[GridRow] | str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks.Blocks, "rows", lambda *_: None)
        patch.setattr(strings, "KEPT_STRINGS", 0)
        return read(content)


@given(books())
@settings(max_examples=120, deadline=None)
def test_success_many_at_once_are_the_same_rows(content: bytes) -> None:
    assert read(content) == one_by_one(content)


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_failing_a_damaged_sheet_is_judged_alike(data: st.DataObject) -> None:
    rows: Rows = [["Артикул", "Остаток", "Цена"], *[[f"А-{n}", n, n / 7] for n in range(4)]]
    content = changed(workbook(rows), sheet1=lambda sheet: data.draw(damaged([sheet])))
    assert read(content) == one_by_one(content)


def _without(text: bytes, by: bytes = b"") -> Callable[[bytes], bytes]:
    return lambda sheet: sheet.replace(text, by)


@pytest.mark.parametrize(
    "change",
    [
        _without(b' r="A2"'),
        _without(b'<row r="2"', b'<row r="0"'),
        _without(b'<row r="3"', b'<row r="2"'),
        _without(b'<row r="3"', b'<row r="9999999"'),
        _without(b"<v>0</v>", b"<v></v>"),
        _without(b"<v>0</v>", b"<v>-1</v>"),
        _without(b"<v>0</v>", b"<v>99</v>"),
        _without(b'r="A2"', b'r="C2"'),
        _without(b'r="B2"', b'r="b2"'),
        _without(b'r="B2"', b'r="DD2"'),
        _without(b'r="B2"', b'r="XFD2"'),
        _without(b'<row r="2"', b'<row r="2" outlineLevel="3"'),
        _without(b'<row r="2"', b"<row r=\"2\" outlineLevel='12'"),
        _without(b'<row r="2"', b'<row r="2" outlineLevel="123"'),
        _without(b"</row>", b"</row><row r='7'/>"),
        _without(b"</row>", b"<extLst/></row>"),
    ],
)
def test_failing_sheets_that_nobody_writes_are_judged_alike(change: Callable[[bytes], bytes]) -> None:
    content = changed(workbook([["Артикул", "Остаток"], ["А-1", 1], ["А-2", 2.5]]), sheet1=change)
    assert read(content) == one_by_one(content)


@pytest.mark.parametrize("length", [1, 21, 100_000])
def test_success_names_with_a_prefix_are_read(length: int) -> None:
    """A prefix may be as long as somebody likes who wants the pattern to be large."""
    prefix = b"x" * length + b":"

    def named(sheet: bytes) -> bytes:
        for name in (b"sheetData", b"row", b"c", b"v"):
            for start in (b"<", b"</"):
                for end in (b" ", b">", b"/>"):
                    sheet = sheet.replace(start + name + end, start + prefix + name + end)
        return sheet

    content = workbook([["Артикул", None, "Остаток"], ["А-1", None, 1.5]])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(package, "MOST_RATIO", 10_000)
        assert read(changed(content, sheet1=named)) == read(content)


def test_success_an_ordinary_workbook_is_read_many_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    content = workbook([["Артикул", None, "Остаток"], *[[f"А-{n % 7}", None, n] for n in range(5_000)]])

    def never(*_: object) -> None:
        raise Fatal("one_by_one")

    monkeypatch.setattr(Sheet, "_row", never)
    found = read(content)
    assert isinstance(found, list)
    assert found[-1] == GridRow(5_001, ["А-1", "", "4999"])


def test_success_a_wider_row_further_down_is_read_too() -> None:
    rows: Rows = [["А"] * (2 if n < 9_000 else 5) for n in range(18_000)]
    content = workbook(rows)
    assert read(content) == [GridRow(n, list(row)) for n, row in enumerate(rows, 1)] == one_by_one(content)
