"""Workbooks as 1C and people write them, for tests."""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import xlsxwriter

from jobs.formats.tables.books import Book, opened
from jobs.formats.tables.fields import Layout
from jobs.formats.tables.finding import find
from jobs.formats.tables.mapping import Found, Wishes
from jobs.formats.tables.records import Record, Records

Rows = Sequence[Sequence[Any]]


def workbook(
    rows: Rows,
    *,
    levels: Mapping[int, int] | None = None,
    merges: Sequence[str] = (),
    formats: Mapping[tuple[int, int], dict[str, Any]] | None = None,
    more: Callable[[Any, Any], None] | None = None,
    sheet: str = "TDSheet",
) -> bytes:
    """``rows`` from the first; None and '' are blank cells, which 1C writes with a style all the same.
    ``levels``: outline level by 0-based row; ``formats`` by 0-based row and column."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    # The same rows give the same bytes, whenever they are written.
    book.set_properties({"created": datetime(2025, 3, 3)})  # noqa: DTZ001 - Excel knows no zone
    made = book.add_worksheet(sheet)
    styled = {place: book.add_format(said) for place, said in (formats or {}).items()}
    border = book.add_format({"border": 1})
    for merge in merges:
        made.merge_range(merge, "", border)
    for no, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            style = styled.get((no, column), border)
            if cell is None:
                made.write_blank(no, column, None, border)
            elif isinstance(cell, str) and not cell.startswith("="):
                made.write_string(no, column, cell, style)
            else:
                made.write(no, column, cell, style)
    for no, level in (levels or {}).items():
        made.set_row(no, None, None, {"level": level})
    if more is not None:
        more(book, made)
    book.close()
    return file.getvalue()


def sheet_of_texts(rows: Sequence[Sequence[str]]) -> bytes:
    """Every cell a text, whatever it looks like."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    made = book.add_worksheet()
    for no, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            if cell:
                made.write_string(no, column, cell)
    book.close()
    return file.getvalue()


def changed(content: bytes, **parts: Callable[[bytes], bytes]) -> bytes:
    """A workbook with parts of it changed, by the name of their file without its ending."""
    source, file = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for entry in source.infolist():
            name = entry.filename.rpartition("/")[2].removesuffix(".xml")
            data = source.read(entry)
            made.writestr(entry.filename, parts[name](data) if name in parts else data)
    return file.getvalue()


def cells(content: bytes) -> list[list[str]]:
    """Of the first sheet."""
    book = opened(io.BytesIO(content))
    return [row.cells for row in book.rows(book.sheets[0])]


def read(content: bytes, layout: Layout, **said: Any) -> tuple[Found, list[Record], int]:
    """How it is read, its records, and how many rows are groups'."""
    wishes = Wishes.of(said)
    book: Book = opened(io.BytesIO(content), wishes.encoding, wishes.delimiter)
    found, _ = find(book, layout, wishes)
    records_of = Records(layout, found, partial(book.merges, found.sheet))
    rows = list(records_of.read(book.rows(found.sheet)))
    return found, [record for records in rows for record in records], sum(not records for records in rows)


def table(*lines: str, encoding: str = "utf-8") -> bytes:
    return "\r\n".join(lines).encode(encoding)
