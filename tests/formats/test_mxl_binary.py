"""1C's spreadsheet of 7.7."""

import io
import struct
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import Fatal
from jobs.formats.mxl import rows
from jobs.formats.mxl.generator import Texts, binary_7
from jobs.formats.mxl.limits import MOST_COLUMNS
from jobs.formats.tables.grid import GridRow
from jobs.prices.layouts import STOCK
from jobs.prices.reading import decimal
from tests.formats import sheets as tables

LETTERS = "".join(map(chr, range(0x410, 0x450))) + 'Ёё№"«» 0123456789,.;\r\n\t{}'

cells = st.dictionaries(st.integers(0, 300), st.text(LETTERS, max_size=300), max_size=5)
sheets = st.dictionaries(st.integers(1, 10_000), cells, max_size=6).map(
    lambda found: sorted(found.items(), key=lambda row: row[0])
)


def read(data: bytes) -> list[GridRow]:
    return list(rows(io.BytesIO(data)))


@settings(deadline=None)
@given(sheets, st.sampled_from([6, 7]))
def test_what_is_written_is_read(written: list[tuple[int, Texts]], version: int) -> None:
    found = {
        row.number: {c: text for c, text in enumerate(row.cells) if text}
        for row in read(binary_7(written, version))
    }
    assert found == {number: {c: text for c, text in row.items() if text} for number, row in written}


@pytest.mark.parametrize("length", [0, 1, 254, 255, 256, 65_534, 65_535, 65_536])
def test_a_text_of_any_length(length: int) -> None:
    assert read(binary_7([(1, {0: "я" * length})])) == [GridRow(1, ["я" * length])]


def test_columns_may_come_in_any_order() -> None:
    data = binary_7([(1, {7: "а", 8: "б"})])
    found = read(data.replace(struct.pack("<ii", 7, 8), struct.pack("<ii", 8, 7)))
    assert found == [GridRow(1, [""] * 7 + ["б", "а"])]


def test_details_and_blocks_behind_a_text_are_passed_by() -> None:
    plain = binary_7([(1, {0: "Болт", 1: "10"})], 6)
    cell = struct.pack("<I", 0x80000000) + bytes(26) + b"\x04" + "Болт".encode("cp1251")
    more = struct.pack("<I", 0x80000000 | 0x40000000 | 0x00200000) + bytes(26)
    more += b"\x04" + "Болт".encode("cp1251") + b"\x03abc" + struct.pack("<H", 5) + b"12345"
    assert cell in plain
    assert read(plain.replace(cell, more)) == [GridRow(1, ["Болт", "10"])]


def test_numbers_are_read_as_1c_writes_them() -> None:
    """Seen in a sheet that 7.7 itself has written: right-aligned by spaces, money with a hyphen."""
    header = {0: "Товар", 1: "Артикул", 2: "Количество", 3: "Цена"}
    item = {0: "Компьютер", 1: "77-00", 2: "     1.000", 3: "           1250-00"}
    more = item | {1: "А-2", 2: "    12.500", 3: "       1 250-05"}
    _, found, _ = tables.read(binary_7([(1, header), (2, item), (3, more)], 6), STOCK)
    assert [(row["number"], decimal(row, "quantity"), decimal(row, "unit_cost")) for row in found] == [
        ("77-00", Decimal(1), Decimal(1250)),
        ("А-2", Decimal("12.5"), Decimal("1250.05")),
    ]


def test_a_file_cut_off_in_its_rows_says_so() -> None:
    data = binary_7([(1, {0: "а"}), (2, {0: "б"})])
    for end in range(13, len(data) - 14):
        with pytest.raises(Fatal) as caught:
            read(data[:end])
        assert caught.value.code == "mxl_truncated"


def test_a_column_beyond_all_columns_is_refused() -> None:
    for column in (MOST_COLUMNS, 2**31 - 1):
        data = binary_7([(1, {7777: "а"})]).replace(struct.pack("<i", 7777), struct.pack("<i", column))
        with pytest.raises(Fatal) as caught:
            read(data)
        assert caught.value.code == "mxl_too_wide"


@pytest.mark.parametrize("count", [b"\xfe\xff", b"\xff\xff\xff\xff\xff\xff", b"\xff\xff\xff\xff\xff\x7f"])
def test_counts_that_lie_are_refused(count: bytes) -> None:
    data = binary_7([(7777, {0: "а"})])
    row = b"\x01\x00" + struct.pack("<i", 7776) + b"\x01\x00"
    assert row in data
    with pytest.raises(Fatal) as caught:
        read(data.replace(row, count + row[2:]))
    assert caught.value.code in ("mxl_damaged", "mxl_truncated")


def test_rows_out_of_order_and_texts_without_end_are_refused() -> None:
    data = binary_7([(1, {0: "а"}), (2, {0: "б"})])
    with pytest.raises(Fatal, match="mxl_damaged"):
        read(data.replace(struct.pack("<ii", 0, 1), struct.pack("<ii", 1, 1)))
    with pytest.raises(Fatal, match="mxl_damaged"):
        read(data.replace(struct.pack("<iiH", 0, 1, 2), struct.pack("<iiH", 0, 1, 3)))
    with pytest.raises(Fatal, match="mxl_text_too_long"):
        read(data.replace(b"\x01" + "а".encode("cp1251"), b"\xff\xff\xff\xff\xff\xff\x7f"))
