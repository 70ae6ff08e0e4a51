"""Reading it again, as a spreadsheet or an editor has saved it: CSV in any code page, or XLSX."""

import csv
import io
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from domain.errors import UnsupportedFormat
from jobs.formats.error_file.cells import OWN, Ref, field_of, undone
from jobs.formats.tables import books, csv_rows
from jobs.formats.tables.grid import GridRow
from jobs.formats.tables.guessing import encoding_of

_HEAD = 1_048_576
_ZIP = b"PK\x03\x04"
_MARKS = ";,\t|"
_NEEDED = frozenset(("row_no", "ref"))


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row of the file: ``line`` counts rows, the header is 1; ``ref`` is None where the cell holds none, or
    another row number stands beside it. ``cells`` by field, as they stand there; ``value`` is our own column
    of that name, None where the file has none any more."""

    line: int
    row_no: str
    ref: Ref | None
    cells: Mapping[str, str]
    value: str | None = None


@dataclass(frozen=True, slots=True)
class ErrorFile:
    """``fields`` have a column; ``rows`` are read once, and closed before the file is. ``page`` is the code
    page that a spreadsheet has saved the file in: what it does not hold became ``?``."""

    fields: list[str]
    rows: Generator[FileRow, None, None]
    page: str | None


def opened(file: BinaryIO) -> ErrorFile:
    """Raises UnsupportedFormat: ``error_file_unknown`` (not one of ours), ``error_file_column_twice``; and
    whatever a damaged file raises, which may be while its rows are read."""
    rows, encoding = _grid(file)
    try:
        names = _names(next(rows, GridRow(1, [])))
    except UnsupportedFormat:
        _close(rows)
        raise
    page = None if encoding.startswith("utf") else encoding
    return ErrorFile([field_of(name) for name in names if name not in OWN], _read(rows, names), page)


def _grid(file: BinaryIO) -> tuple[Iterator[GridRow], str]:
    """Not by the general reader of tables: what is no text to it may be why a row is here."""
    file.seek(0)
    head = file.read(_HEAD)
    if head.startswith(_ZIP):
        book = books.opened(file)
        if not book.sheets:
            raise UnsupportedFormat("error_file_unknown")
        return book.rows(book.sheets[0]), "utf-8"
    if not head.strip():
        raise UnsupportedFormat("file_empty")
    file.seek(0)
    encoding = encoding_of(iter(lambda: file.read(_HEAD), b""))
    return csv_rows.rows(file, encoding, _delimiter(head.decode(encoding, "replace"))), encoding


def _names(head: GridRow) -> list[str]:
    names = [undone(cell) for cell in head.cells]
    while names and not names[-1]:
        names.pop()
    if not set(names) >= _NEEDED:
        raise UnsupportedFormat("error_file_unknown")
    if (twice := next((name for name in names if names.count(name) > 1), None)) is not None:
        raise UnsupportedFormat("error_file_column_twice", column=twice[:100])
    return names


def _read(rows: Iterator[GridRow], names: list[str]) -> Generator[FileRow, None, None]:
    try:
        for row in rows:
            if any(row.cells):
                yield _row(row, names)
    finally:
        _close(rows)


def _close(rows: Iterator[GridRow]) -> None:
    # A generator that is left to itself would look at a file that is closed by then.
    assert isinstance(rows, Generator)
    rows.close()


def _delimiter(text: str) -> str:
    """By the header, which is ours: what is in the rows may be full of other marks."""
    for mark in _MARKS:
        try:
            names = next(csv.reader(io.StringIO(text, newline=""), delimiter=mark), [])
        except csv.Error:
            continue
        if set(names) >= _NEEDED:
            return mark
    raise UnsupportedFormat("error_file_unknown")


def _row(row: GridRow, names: list[str]) -> FileRow:
    cells = dict(zip(names, [*row.cells, *[""] * (len(names) - len(row.cells))], strict=False))
    ref = Ref.read(cells["ref"])
    row_no = cells["row_no"].strip()
    if ref is not None and row_no != str(ref.row_no):
        ref = None
    own = {field_of(name): cells[name] for name in names if name not in OWN}
    return FileRow(row.number, row_no, ref, own, cells.get("value"))
