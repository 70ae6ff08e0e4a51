"""1C's spreadsheet of 8.x: cells as a person sees them, and files that lie."""

import io
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import Fatal, UnsupportedFormat
from jobs.formats.mxl import rows
from jobs.formats.mxl.generator import Texts, cell_8, text_8
from jobs.formats.mxl.limits import LONGEST, MOST_COLUMNS
from jobs.formats.tables.grid import GridRow

HEAD = b"MOXCEL\0\x08\0\x01\0\x0b\0\xef\xbb\xbf"
BEFORE = '{8,1,11,{"en","en",1,1,"en","x","x",0},{128,72},{0},0,{0,0},{0,0},{0,0},{0,0},{0,0},{0,0},0,2,'
AFTER = "{1,0,00000000-0000-0000-0000-000000000000,0},1,0}"


def read(data: bytes) -> list[GridRow]:
    return list(rows(io.BytesIO(data)))


def sheet(body: str, count: int = 1) -> bytes:
    return HEAD + f"{BEFORE}{count},{body}{AFTER}".encode()


def cell(text: str) -> str:
    """What is read out of one cell."""
    [row] = read(sheet(f"0,0,1,0,{text},"))
    return row.cells[0]


def refused(data: bytes) -> tuple[str, dict[str, str | int]]:
    with pytest.raises(Fatal) as caught:
        read(data)
    return caught.value.code, caught.value.arguments


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("{0,1}", ""),
        ("{16,0,{1,0},0}", ""),
        ('{16,0,{1,1,{"#","Болт ""М6"""}},0}', 'Болт "М6"'),
        ('{16,0,{1,1,{"ru","две\nстроки"}}}', "две\nстроки"),
        ('{16,0,{1,3,{"de","Schraube"},{"en","Bolt"},{"ru","Болт"}},0}', "Болт"),
        ('{16,0,{1,2,{"de","Schraube"},{"en","Bolt"}},0}', "Bolt"),
        ('{16,0,{1,2,{"de","Schraube"},{"#","Bolt"}},0}', "Bolt"),
        ('{16,0,{1,1,{"de","Schraube"}},0}', "Schraube"),
        ('{20,0,{"N",29120},{1,1,{"ru","29\u00a0120,00"}},0}', "29120"),
        ('{20,0,{"N",-1.5},{1,0},0}', "-1.5"),
        ('{20,0,{"N","?"},{1,1,{"ru","много"}},0}', "много"),
        ('{20,0,{"S","007"},{1,1,{"ru","007"}},0}', "007"),
        ('{20,0,{"S","a""b"},{1,0},0}', 'a"b'),
        ('{20,0,{"D",20250303000000},{1,1,{"ru","3 марта"}},0}', "3 марта"),
        ('{20,0,{"D",20250303000000},{1,0},0}', "2025-03-03"),
        ('{20,0,{"D",20250303101500},{1,0},0}', "2025-03-03 10:15:00"),
        ('{20,0,{"D",вчера},{1,0},0}', "вчера"),
        ('{4,0,{"B",1},0}', "Да"),
        ('{20,0,{"#",b2e9e1a1-0000-0000-0000-000000000000,{1,2}},{1,1,{"ru","Ромашка"}},0}', "Ромашка"),
        ('{24,0,"расшифровка",{1,1,{"ru","с расшифровкой"}},0}', "с расшифровкой"),
        ('{16,0,{1,1,{"ru"}},0}', ""),
        ('{16,0,{1,1,"ru","так не бывает"},{},0}', ""),
        ('{16,0,{1,1,{"ru",{"так"}},{{"не"},"бывает"}},0}', ""),
    ],
)
def test_a_cell_is_what_a_person_sees_and_a_number_is_exact(written: str, text: str) -> None:
    assert cell(written) == text


def test_rows_and_cells_that_are_not_there_are_left_out() -> None:
    body = f"2,0,2,1,{cell_8('б')},3,{cell_8('г')},7,0,0,"
    assert read(sheet(body, 2)) == [GridRow(3, ["", "б", "", "г"]), GridRow(8, [])]


def test_columns_may_come_in_any_order() -> None:
    assert read(sheet(f"0,0,2,1,{cell_8('б')},0,{cell_8('а')},"))[0].cells == ["а", "б"]


def test_a_sheet_may_have_no_byte_order_mark_and_nothing_behind_its_rows() -> None:
    head = HEAD.removesuffix(b"\xef\xbb\xbf")
    assert read(head + f"{BEFORE}1,0,0,1,0,{cell_8('а')}}}".encode()) == [GridRow(1, ["а"])]


cells = st.dictionaries(st.integers(0, 40), st.text(max_size=12), max_size=6)
sheets = st.dictionaries(st.integers(1, 10_000), cells, max_size=8).map(
    lambda found: sorted(found.items(), key=lambda row: row[0])
)


@settings(deadline=None)
@given(sheets, st.sampled_from([6, 8, 9, 10, 11, 12]))
def test_what_is_written_is_read(written: list[tuple[int, Texts]], subversion: int) -> None:
    data = b"".join(text_8(written, len(written), subversion))
    found = {row.number: {c: text for c, text in enumerate(row.cells) if text} for row in read(data)}
    assert found == {number: {c: text for c, text in row.items() if text} for number, row in written}


def test_values_over_the_edges_of_chunks_are_whole() -> None:
    texts = ["й" * length + '"' for length in range(1, 1_500)]
    data = b"".join(text_8(((n, {0: text}) for n, text in enumerate(texts, 1)), len(texts)))
    assert [row.cells for row in read(data)] == [[text] for text in texts]


@pytest.mark.parametrize(
    ("data", "code", "found"),
    [
        (b"", "file_empty", None),
        (b"PK\x03\x04....xl/workbook.xml", "mxl_other_format", "xlsx"),
        (b"PK\x03\x04....", "mxl_other_format", "zip"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><a/>", "mxl_other_format", "xml"),
        (b"\xd0\xcf\x11\xe0", "mxl_other_format", "xls"),
        (b"{8,1,11}", "mxl_not_a_sheet", None),
        (b"MOXCEL\0\x08", "mxl_not_a_sheet", None),
        (b"MOXCEL\0\x09\0\x01\0\x0b\0\xef\xbb\xbf{}", "mxl_version_unknown", None),
        (b"MOXCEL\0\0\0\0\0\x02\0" + bytes(20), "mxl_version_unknown", None),
    ],
)
def test_what_is_no_spreadsheet_is_refused_by_name(data: bytes, code: str, found: str | None) -> None:
    with pytest.raises(UnsupportedFormat) as caught:
        read(data)
    assert (caught.value.code, caught.value.arguments.get("found")) == (code, found)


def test_a_file_cut_off_anywhere_says_so_before_its_first_row() -> None:
    data = b"".join(text_8([(1, {0: "а"}), (2, {0: "б"})], 2))
    for end in range(len(HEAD), len(data) - 1):
        given_out: list[GridRow] = []
        with pytest.raises(Fatal) as caught:
            given_out.extend(rows(io.BytesIO(data[:end])))
        assert caught.value.code in ("mxl_truncated", "mxl_damaged")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (sheet("", 1_000_000), "mxl_damaged"),
        (sheet("", 10**9), "mxl_damaged"),
        (sheet(f"0,0,1,0,{cell_8('а')},1,0,1,0,{cell_8('б')},", 1), "mxl_damaged"),
        (sheet(f"0,0,2,0,{cell_8('а')},", 1), "mxl_damaged"),
        (sheet(f"1,0,1,0,{cell_8('а')},1,0,1,0,{cell_8('б')},", 2), "mxl_damaged"),
        (sheet(f"0,0,1,999999999,{cell_8('а')},"), "mxl_too_wide"),
        (sheet(f"0,0,1,{MOST_COLUMNS},{cell_8('а')},"), "mxl_too_wide"),
        (sheet(f"0,0,999999999,0,{cell_8('а')},"), "mxl_damaged"),
        (sheet("0,0,1,0,7,"), "mxl_damaged"),
        (sheet("0,0,1,0,}"), "mxl_damaged"),
        (sheet("0,0,1,0," + "{" * 100_000 + "}" * 100_000 + ","), "mxl_too_deep"),
        (HEAD + b"{" * 100_000 + b"}" * 100_000, "mxl_too_deep"),
        (sheet(f"0,0,1,0,{cell_8('а')},").removesuffix(b"}") + b"{" * 100_000 + b"}", "mxl_too_deep"),
        (sheet("0,0,1,0,{16,0,{" + "1," * 20_000 + "}},"), "mxl_damaged"),
        (sheet(f"0,0,1,0,{cell_8('а' * (LONGEST + 10))},"), "mxl_text_too_long"),
        (sheet(f"0,0,1,0,{cell_8('а' * (LONGEST * 8))},"), "mxl_text_too_long"),
        (HEAD + b'{8,1,"\xff\xfe"}', "mxl_damaged"),
        (HEAD + b"7,}", "mxl_damaged"),
        (HEAD + b"{8,}", "mxl_damaged"),
        (HEAD + b"{8,1,11,}", "mxl_truncated"),
    ],
)
def test_what_a_file_cannot_mean_is_refused(data: bytes, code: str) -> None:
    assert refused(data)[0] == code


def test_memory_does_not_grow_with_the_file() -> None:
    many = ((n, {0: f"Номенклатура {n}", 1: "29 120,00"}) for n in range(1, 60_001))
    file = io.BytesIO(b"".join(text_8(many, 60_000)))
    tracemalloc.start()
    try:
        assert sum(1 for _ in rows(file)) == 60_000
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
    finally:
        tracemalloc.stop()
