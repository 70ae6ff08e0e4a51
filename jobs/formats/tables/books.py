"""A file as sheets of rows, whatever its format: told by its first bytes, never by its name."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from domain.errors import UnsupportedFormat
from jobs.formats import mxl
from jobs.formats.foreign import name_of
from jobs.formats.tables import csv_rows
from jobs.formats.tables.grid import GridRow, indent
from jobs.formats.tables.guessing import delimiter_of, encoding_of
from jobs.formats.tables.limits import HEADER_ROWS
from jobs.formats.tables.merges import Merge
from jobs.formats.tables.xlsx import Workbook

_HEAD, _CHUNK = 65_536, 1_048_576
_LETTERS = frozenset(b"\t\n\r\f\x1a\x1b")


def _none(sheet: str) -> Iterable[Merge]:
    return ()


@dataclass(frozen=True, slots=True)
class Book:
    """An opened file. ``sheets`` are those that are looked through, ``named`` those that may be asked for;
    ``merges`` are the cells of a sheet that are merged downwards, where the format tells them."""

    format: str
    sheets: tuple[str, ...]
    rows: Callable[[str], Iterator[GridRow]]
    named: tuple[str, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None
    merges: Callable[[str], Iterable[Merge]] = _none


def opened(file: BinaryIO, encoding: str | None = None, delimiter: str | None = None) -> Book:
    """What the file is. Raises UnsupportedFormat (``file_empty``, ``table_is_statement``,
    ``table_other_format`` with ``found``, ``file_not_a_table``), and whatever its format raises for
    a damaged one."""
    file.seek(0)
    head = file.read(_HEAD)
    if not head.strip(b" \t\r\n\0"):
        raise UnsupportedFormat("file_empty")
    for magic, make in _FORMATS:
        if head.startswith(magic):
            return make(file)
    found = name_of(head.removeprefix(b"\xef\xbb\xbf").lstrip())
    if found not in (None, "utf16"):
        raise other_format(str(found))
    return _csv(file, head, encoding, delimiter)


def other_format(found: str) -> UnsupportedFormat:
    """Why this is no table; a statement is only of another kind."""
    if found == "client_bank":
        return UnsupportedFormat("table_is_statement")
    return UnsupportedFormat("table_other_format", found=found)


def _xlsx(file: BinaryIO) -> Book:
    book = Workbook(file)
    return Book("xlsx", tuple(book.shown), book.rows, tuple(book.sheets), merges=book.merges)


def _mxl(file: BinaryIO) -> Book:
    def rows(sheet: str) -> Iterator[GridRow]:
        file.seek(0)
        return map(_of_1c, mxl.rows(file))

    return Book("mxl", ("",), rows)


def _of_1c(row: GridRow) -> GridRow:
    """1C indents by spaces too, and leaves cells of a space."""
    row.level = indent(row.cells)
    row.cells = ["" if cell.isspace() else cell for cell in row.cells]
    return row


def _csv(file: BinaryIO, head: bytes, encoding: str | None, delimiter: str | None) -> Book:
    if encoding is None:
        file.seek(0)
        encoding = encoding_of(iter(lambda: file.read(_CHUNK), b""))
    if not encoding.startswith("utf-16") and sum(byte < 32 and byte not in _LETTERS for byte in head) > 0:
        raise UnsupportedFormat("file_not_a_table")
    if delimiter is None:
        lines = head.decode(encoding, "replace").splitlines()
        delimiter = delimiter_of("\n".join(islice(lines, HEADER_ROWS)))

    def rows(sheet: str) -> Iterator[GridRow]:
        return csv_rows.rows(file, encoding, delimiter)

    return Book("csv", ("",), rows, (), encoding, delimiter)


# What each begins with, and who reads it.
_FORMATS: tuple[tuple[bytes, Callable[[BinaryIO], Book]], ...] = (
    (b"PK\x03\x04", _xlsx),
    (mxl.SIGNATURE, _mxl),
)
