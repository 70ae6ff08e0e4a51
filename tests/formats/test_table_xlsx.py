"""Workbooks: read as another reader reads them, and hostile ones refused in bounded memory."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import TidemarkError
from jobs.formats.tables.books import opened
from jobs.formats.tables.limits import MOST_COLUMNS
from jobs.formats.tables.xlsx import package, strings
from tests.formats.sheets import Rows, cells, changed, workbook

TWO: Rows = [["Артикул", "Остаток"], ["А-1", 5]]


def replaced(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        assert old in data
        return data.replace(old, new)

    return change


def test_success_blank_cells_are_blank_and_rows_keep_their_numbers() -> None:
    book = opened(io.BytesIO(workbook([["a", None, " ", "b"], [], ["", "c"]])))
    assert [(row.number, row.cells) for row in book.rows("TDSheet")] == [
        (1, ["a", "", "", "b"]),
        (3, ["", "c"]),
    ]


written = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x2FFF, exclude_categories=["Cs", "Cc", "Cn"]), max_size=10
)
values = st.one_of(
    written, st.integers(-(10**9), 10**9), st.none(), st.sampled_from(["_x0041_", "a&b<c>", " x "])
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(values, min_size=1, max_size=6), min_size=1, max_size=8))
def test_a_workbook_is_read_as_calamine_reads_it(rows: Rows) -> None:
    rows = [
        ["header"],
        *[
            [cell if not isinstance(cell, str) or not cell.startswith("=") else None for cell in row]
            for row in rows
        ],
    ]
    content = workbook(rows)
    book = opened(io.BytesIO(content))
    ours = {row.number: row.cells for row in book.rows("TDSheet")}
    theirs = (
        python_calamine.load_workbook(io.BytesIO(content))
        .get_sheet_by_index(0)
        .to_python(skip_empty_area=False)
    )
    for number, row in enumerate(theirs, 1):
        found = ours.get(number, [])
        found = found + [""] * (len(row) - len(found))
        assert found == [_plain(cell) for cell in row]


def _plain(cell: Any) -> str:
    text = f"{cell:.0f}" if isinstance(cell, float) else str(cell)
    return text if text.strip() else ""


def test_formulas_give_their_last_value_or_themselves() -> None:
    def formulas(book: Any, sheet: Any) -> None:
        sheet.write_formula(1, 0, "=1+1", None, 2)
        sheet.write_formula(1, 1, '="а"&"б"', None, "аб")
        sheet.write_formula(1, 2, "=B1*2", None, 0)
        sheet.write_boolean(1, 3, True)
        sheet.write_formula(1, 4, "=1/0", None, "#DIV/0!")

    content = workbook([["a", "b", "c", "d", "e"]], more=formulas)
    assert cells(content)[1] == ["2", "аб", "0", "1", "#DIV/0!"]
    uncounted = changed(content, sheet1=replaced(b"<f>B1*2</f><v>0</v>", b"<f>B1*2</f>"))
    assert cells(uncounted)[1] == ["2", "аб", "=B1*2", "1", "#DIV/0!"]


def test_what_other_programs_write_is_read_too() -> None:
    content = workbook(TWO)
    inline = (
        b"<row r='2'><c t='inlineStr' s='1' r='A2'><is><r><t>\xd0\x90</t></r>"
        b'<r><t xml:space="preserve">-1 </t></r></is></c><c><v>5</v></c></row>'
    )
    start, end = b'<row r="2"', b"</sheetData>"

    def without_references(data: bytes) -> bytes:
        return data[: data.index(start)] + inline + data[data.index(end) :]

    assert cells(changed(content, sheet1=without_references))[1] == ["А-1 ", "5"]

    def prefixed(data: bytes) -> bytes:
        for name in (b"worksheet", b"sheetData", b"row", b"c", b"v"):
            for before, after in ((b"<", b"<x:"), (b"</", b"</x:")):
                for mark in (b" ", b">"):
                    data = data.replace(before + name + mark, after + name + mark)
        return data.replace(b"xmlns=", b"xmlns:x=")

    assert cells(changed(content, sheet1=prefixed)) == [["Артикул", "Остаток"], ["А-1", "5"]]


def test_rich_texts_are_joined_and_reading_aids_left_out() -> None:
    rich = (
        b"<si><r><t>\xd0\x90\xd1\x80</t></r><r><rPr><b/></rPr><t>\xd1\x82</t></r>"
        b"<rPh sb='0' eb='1'><t>x</t></rPh></si>"
    )
    content = workbook([["Артикул"]])
    change = replaced("<si><t>Артикул</t></si>".encode(), rich)
    assert cells(changed(content, sharedStrings=change)) == [["Арт"]]


def test_dates_since_1904_are_read_by_their_own_calendar() -> None:
    content = workbook([[1.0]], formats={(0, 0): {"num_format": 14}})
    assert cells(content) == [["1899-12-31"]]
    change = replaced(b"<workbookPr ", b'<workbookPr date1904="1" ')
    assert cells(changed(content, workbook=change)) == [["1904-01-02"]]


def entity(data: bytes) -> bytes:
    return (
        data.replace(b"<worksheet", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><worksheet')
        .replace(b"<sst", b'<!DOCTYPE a [<!ENTITY b "b">]><sst')
        .replace(b"<workbook ", b"<!DOCTYPE a><workbook ")
    )


@pytest.mark.parametrize("part", ["sheet1", "sharedStrings", "workbook"])
def test_failing_entities_are_refused_wherever_they_stand(part: str) -> None:
    with pytest.raises(TidemarkError, match="xml_forbidden"):
        cells(changed(workbook(TWO), **{part: entity}))


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("sheet1", lambda data: data[: data.rindex(b"</row>")]),
        ("sheet1", replaced(b"</sheetData>", b"")),
        ("sheet1", replaced(b't="s"><v>0', b't="s"><v>99')),
        ("sheet1", replaced(b't="s"><v>0', b't="s"><v>x')),
        ("sheet1", replaced(b't="s"><v>0', b't="s"><v>-1')),
        ("sheet1", replaced(b'<row r="2"', b'<row r="1"')),
        ("sheet1", replaced(b'<row r="2"', b'<row r="1048577"')),
        ("sheet1", replaced(b"5", b"\xff")),
        ("sharedStrings", replaced(b"</sst>", b"")),
        ("sharedStrings", replaced(b"<sst", b"<other")),
        ("workbook", replaced(b"</workbook>", b"")),
        ("styles", replaced(b"</styleSheet>", b"")),
        ("workbook", replaced(b'encoding="UTF-8"', b'encoding="unknown"')),
        ("sharedStrings", replaced(b"<si><t>", b"<si><t>&#" + b"9" * 5_000 + b";")),
    ],
)
def test_failing_damaged_workbooks_are_refused(part: str, change: Callable[[bytes], bytes]) -> None:
    with pytest.raises(TidemarkError, match="xlsx_damaged"):
        cells(changed(workbook(TWO), **{part: change}))


def test_failing_a_sheet_wider_than_anybody_fills_is_refused() -> None:
    assert len(cells(workbook([["a"] * MOST_COLUMNS]))[0]) == MOST_COLUMNS
    with pytest.raises(TidemarkError, match="table_too_wide"):
        cells(workbook([["a"] * 16_384]))
    assert cells(workbook([["a", *[None] * 16_000], ["b"]])) == [["a"], ["b"]]


def test_failing_zips_that_are_no_workbooks_are_refused() -> None:
    def zipped(**files: bytes) -> bytes:
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
            for name, data in files.items():
                out.writestr(name, data)
        return made.getvalue()

    for content, code in (
        (zipped(a=b"b"), "table_other_format"),
        (zipped(a=b"\0" * 2 * package.RATIO_FROM), "xlsx_bomb"),
        (zipped(**{str(no): b"" for no in range(package.MOST_ENTRIES + 1)}), "xlsx_bomb"),
        (workbook(TWO)[:-30], "xlsx_damaged"),
        (b"PK\x03\x04", "xlsx_damaged"),
    ):
        with pytest.raises(TidemarkError, match=code):
            opened(io.BytesIO(content))


def test_failing_more_texts_than_memory_has_room_for_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    content = workbook([["а" * 20, "б" * 20, "в"]])
    monkeypatch.setattr(strings, "MOST_BYTES", 80)
    monkeypatch.setattr(strings, "KEPT_SIGNS", 1)
    with pytest.raises(TidemarkError, match="xlsx_too_many_strings"):
        cells(content)
    monkeypatch.undo()
    assert len(cells(content)[0]) == 3
