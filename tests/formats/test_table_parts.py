"""What workbooks are made of, where it is not as Excel writes it; and how a file is read, kept and said."""

import io
import zipfile
from typing import Any

import pytest

from domain.errors import Fatal, TidemarkError
from jobs.formats.mxl.generator import text_8
from jobs.formats.tables.books import Book
from jobs.formats.tables.finding import find, shown
from jobs.formats.tables.grid import GridRow
from jobs.formats.tables.mapping import Column, Found, Wishes, letters
from jobs.formats.tables.misfits import HeaderUnknown
from jobs.formats.tables.xlsx import package, strings, xml
from jobs.formats.tables.xlsx.styles import day, number
from jobs.prices.layouts import CURRENCY_RATES, STOCK
from tests.formats.sheets import cells, changed, read, table, workbook

TWO = workbook([["Артикул", "Остаток"], ["А-1", 5]])
ROW = b'<row r="3">%b</row></sheetData>'


def rezipped(content: bytes, names: dict[str, str | None], **parts: bytes) -> bytes:
    """With files renamed, left out (None) or changed."""
    source, file = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for entry in source.infolist():
            name = names.get(entry.filename, entry.filename)
            if name is not None:
                data = source.read(entry)
                for old, new in parts.items():
                    data = data.replace(old.encode(), new)
                made.writestr(name, data)
    return file.getvalue()


def third(row: bytes) -> list[str]:
    found = cells(changed(TWO, sheet1=lambda data: data.replace(b"</sheetData>", ROW % row)))
    assert found[:2] == [["Артикул", "Остаток"], ["А-1", "5"]]
    return found[2]


def test_cells_may_come_in_any_order() -> None:
    assert third(b'<c r="C3"><v>3</v></c><c r="A3"><v>1</v></c>') == ["1", "", "3"]


@pytest.mark.parametrize(
    "row", [b'<c r="1A"><v>1</v></c>', b'<c r="A3"', b'<c r="A3" t="s" x="y"><v>9</v></c>']
)
def test_failing_cells_that_are_none_are_refused(row: bytes) -> None:
    with pytest.raises(TidemarkError, match="xlsx_damaged"):
        third(row)


def test_failing_rows_that_are_none_are_refused() -> None:
    for change in (b"</row></sheetData>", b'<row r="3"</row></sheetData>'):
        with pytest.raises(TidemarkError, match="xlsx_damaged"):
            cells(changed(TWO, sheet1=lambda data, change=change: data.replace(b"</sheetData>", change)))  # type: ignore[misc]


def test_a_sheet_or_the_texts_may_be_empty() -> None:
    empty = changed(TWO, sheet1=lambda data: data[: data.index(b"<sheetData>")] + b"<sheetData/></worksheet>")
    assert cells(empty) == []
    assert cells(changed(empty, sharedStrings=lambda data: b"<sst/>")) == []


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("sheet1", b"<worksheet></worksheet>"),
        ("sheet1", b"<worksheet>" + b" " * 9_000_000 + b"<sheetData/>"),
        ("sheet1", b"<sheetData><row>" + b"<c/>" * 2_200_000 + b"</row></sheetData>"),
        ("sharedStrings", b" " * 400_000),
        ("sharedStrings", b"<other/>"),
    ],
)
def test_failing_parts_without_their_contents_are_refused(
    monkeypatch: pytest.MonkeyPatch, part: str, content: bytes
) -> None:
    monkeypatch.setattr(package, "MOST_RATIO", 10_000)
    with pytest.raises(TidemarkError, match="xlsx_damaged"):
        cells(changed(TWO, **{part: lambda data: content}))


def test_the_workbook_is_where_the_package_says() -> None:
    names: dict[str, str | None] = {
        "xl/workbook.xml": "XL/Book.xml",
        "xl/_rels/workbook.xml.rels": "xl/_rels/book.xml.rels",
    }
    moved = rezipped(TWO, names, **{"xl/workbook.xml": b"xl/book.xml"})
    assert cells(moved) == [["Артикул", "Остаток"], ["А-1", "5"]]


@pytest.mark.parametrize(
    ("names", "parts", "code"),
    [
        ({"xl/workbook.xml": None}, {}, "xlsx_damaged"),
        ({"xl/workbook.xml": None}, {"xl/workbook.xml": b"xl/workbook.bin"}, "xlsx_damaged"),
        ({"xl/_rels/workbook.xml.rels": None}, {}, "xlsx_damaged"),
        ({"xl/worksheets/sheet1.xml": None}, {}, "xlsx_damaged"),
        ({"xl/sharedStrings.xml": None}, {}, "xlsx_damaged"),
        ({"xl/workbook.xml": None, "_rels/.rels": None}, {}, "table_other_format"),
    ],
)
def test_failing_packages_that_lack_a_part_are_refused(
    names: dict[str, str | None], parts: dict[str, bytes], code: str
) -> None:
    with pytest.raises(TidemarkError, match=code):
        cells(rezipped(TWO, names, **parts))


def test_styles_may_be_missing() -> None:
    assert cells(rezipped(TWO, {"xl/styles.xml": None}))[1] == ["А-1", "5"]


def test_failing_parts_that_are_too_large_and_files_under_a_password_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    locked = bytearray(TWO)
    central = locked.rindex(b"PK\x01\x02")
    locked[central + 8] |= 1
    with pytest.raises(TidemarkError, match="table_other_format"):
        cells(bytes(locked))
    monkeypatch.setattr(package, "MOST_PART", 100)
    with pytest.raises(TidemarkError, match="xlsx_bomb"):
        cells(TWO)


def test_texts_are_as_they_were_written() -> None:
    assert xml.plain("a &amp; b_x000D_&#1040;") == "a & b\rА"
    assert xml.plain("_x0000__xD800_") == "\ufffd\ufffd"
    assert strings.text_of("<t>a</t><x:t xml:space='preserve'> b</x:t>") == "a b"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("45719", "2025-03-03"),
        ("45719.25", "2025-03-03 06:00:00"),
        ("0", "0"),
        ("-1", "-1"),
        ("x", "x"),
        ("1e9", "1e9"),
    ],
)
def test_days_are_counted_from_1900(value: str, found: str) -> None:
    assert day(value) == found
    assert day("2957003", since_1904=True) <= "9999-12-31"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("0.30000000000000004", "0.3"),
        ("1.5E+3", "1500"),
        ("1E999999999", "1E999999999"),
        ("1ex", "1ex"),
        ("2.5e-07", "0.00000025"),
    ],
)
def test_numbers_are_as_they_are_shown(value: str, found: str) -> None:
    assert number(value) == found


def test_a_spreadsheet_of_1c_is_a_table_too() -> None:
    rows = [(1, {0: "Склад: Дальний"}), (3, {0: "Артикул", 1: "Остаток"}), (5, {0: "А-1", 1: "1.234,50"})]
    found, records, _ = read(b"".join(text_8(rows, len(rows))), STOCK)
    assert (found.format, found.header_rows) == ("mxl", (3,))
    assert records == [{"#row": 5, "warehouse": "Дальний", "number": "А-1", "quantity": "1234,50"}]


def test_what_was_found_is_kept_and_restored() -> None:
    found, _, _ = read(
        table("Склад: Дальний", "Артикул;Остаток, Розница;Остаток, Основной", "А-1;1,5;2"), STOCK
    )
    assert Found.restored(found.kept()) == found
    assert (
        found.context() | {"columns": {"number": "A Артикул", "quantity": "B Остаток, Розница +1"}}
        == found.context()
    )
    assert [letters(place) for place in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_what_is_said_with_a_task_wins_over_its_template() -> None:
    template = Wishes.of({"sheet": "Лист1", "delimiter": ";", "mapping": {"number": "A", "quantity": "B"}})
    said = Wishes.of({"delimiter": ",", "mapping": {"quantity": "C"}, "currency": "RUB"})
    of_template = frozenset({"sheet", "number"})
    wanted = Wishes("Лист1", None, ",", None, None, {"number": "A", "quantity": "C"}, None, of_template)
    assert said.over(template) == wanted


def test_a_file_without_a_header_is_read_where_the_mapping_says_all() -> None:
    said: dict[str, Any] = {"mapping": {"number": "A", "quantity": "B"}}
    found, records, _ = read(table("А-1;5", "А-2;6"), STOCK, **said)
    assert (found.header_rows, [row["number"] for row in records]) == ((), ["А-1", "А-2"])
    with pytest.raises(HeaderUnknown):
        read(table("А-1;5"), STOCK, mapping={"number": "A"})


def test_rates_take_nothing_from_titles() -> None:
    found, records, _ = read(table("Валюта: USD", "Валюта;Дата;Курс", "EUR;03.03.2025;95"), CURRENCY_RATES)
    assert (found.constants, records[0]["currency"]) == ({}, "EUR")


def test_what_is_shown_is_trimmed_and_rows_may_come_from_anywhere() -> None:
    rows = [GridRow(1, ["Артикул", "Остаток"]), GridRow(2, ["x" * 1_000] * 100)]
    found, first = find(Book("mxl", ("",), lambda sheet: iter(rows)), STOCK, Wishes())
    assert found.columns["number"] == (Column(0, "Артикул"),)
    assert [len(row["cells"]) for row in shown(first)] == [2, 40]  # type: ignore[arg-type]
    with pytest.raises(Fatal, match="table_empty"):
        find(Book("mxl", (), lambda sheet: iter(rows)), STOCK, Wishes())
    with pytest.raises(Fatal, match="table_empty"):
        find(Book("mxl", ("",), lambda sheet: iter(())), STOCK, Wishes())
