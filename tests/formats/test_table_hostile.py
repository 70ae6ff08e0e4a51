"""Tables that are made to cost: whatever stands in them, they are read or refused, and soon."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import TidemarkError
from jobs.formats.tables.fields import Layout
from jobs.formats.tables.limits import MOST_COLUMNS
from jobs.prices.layouts import QUOTES, STOCK
from tests.formats.sheets import cells, changed, read, table, workbook

TWO = workbook([["Артикул", "Остаток"], ["А-1", 5]])
# Each repeats what a pattern begins with: one that looked to the end every time would take hours.
M = 1_000_000


def strings(more: bytes) -> bytes:
    return changed(TWO, sharedStrings=lambda data: data.replace(b"</sst>", more + b"</sst>"))


def rows(more: bytes) -> bytes:
    return changed(TWO, sheet1=lambda data: data.replace(b"</sheetData>", more + b"</sheetData>"))


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("made", "more"),
    [
        (strings, b"<si>" + b"<rPh " * (M // 5) + b"</si>"),
        (strings, b"<si>" + b"<rPh><t>x</t>" * (M // 13) + b"</si>"),
        (strings, b"<si>" + b"<t " * (M // 3) + b"</si>"),
        (strings, b"<si><" + b"a" * M + b"</si>"),
        (strings, b"<si>" + b" " * M + b"x</si>"),
        (rows, b'<row r="3" ' + b"a" * M + b"></row>"),
        (rows, b'<row r="3" ' + b"a=" * (M // 2) + b"></row>"),
        (rows, b'<row r="3" a' + b" " * M + b"></row>"),
        (rows, b'<row r="3"><c r="A3">' + b"<v " * (M // 3) + b"</c></row>"),
        (rows, b'<row r="3"><c r="A3">' + b"<f " * (M // 3) + b"</c></row>"),
        (rows, b'<row r="3"><c r="A3" t="str"><v>&#' + b"9" * M + b";</v></c></row>"),
        (rows, b'<row r="3"><c r="A3"><v>1E999999999</v></c></row>'),
        (rows, b'<row r="3"><c r="A3" t="s"><v>' + b"9" * M + b"</v></c></row>"),
        (rows, b'<row r="3">' + b"<c " * (M // 3) + b"</row>"),
    ],
)
def test_failing_repeated_beginnings_cost_no_more_than_their_length(
    made: Callable[[bytes], bytes], more: bytes
) -> None:
    with suppress(TidemarkError):
        assert cells(made(more))[:2] == [["Артикул", "Остаток"], ["А-1", "5"]]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("cell", ["прайс(" * 20, "(" * 120, "а " * 60, "Остаток " * 15])
def test_failing_wide_headers_are_looked_at_once(cell: str) -> None:
    content = table(*[";".join([cell] * (MOST_COLUMNS - 1))] * 5, "Артикул;Остаток", "А-1;5")
    _, found, _ = read(content, STOCK, header_row=6)
    assert found[0]["number"] == "А-1"
    with suppress(TidemarkError):
        read(content, QUOTES)


words = st.sampled_from(
    ["", "Артикул", "Остаток", "Склад", "Цена, EUR", "Итого", "Склад: 1", "5", "x", "1 234,5"]
)
grids = st.lists(st.lists(words, max_size=6), max_size=12)


@settings(max_examples=300)
@given(grids, st.sampled_from([STOCK, QUOTES]))
def test_fuzz_any_grid_has_a_header_or_none_and_no_row_is_lost(grid: list[list[str]], layout: Layout) -> None:
    with suppress(TidemarkError):
        found, records, groups = read(table(*[";".join(row) for row in grid], "x;x"), layout, delimiter=";")
        below = [no for no, row in enumerate([*grid, ["x"]], 1) if no >= found.first_row and any(row)]
        assert len({record["#row"] for record in records}) + groups == len(below)
        assert {record["#row"] for record in records} <= set(below)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_fuzz_changed_bytes_are_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(TWO)
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(TidemarkError):
        cells(bytes(content))


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from('<>/ crowvfist="0139&;!'), max_size=60))
def test_fuzz_any_marks_between_rows_are_read_or_refused(marks: str) -> None:
    with suppress(TidemarkError):
        found = cells(rows(marks.encode()))
        assert found[0] == ["Артикул", "Остаток"]
