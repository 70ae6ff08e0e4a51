"""How a file is to be read: sheet, header, columns, decimal sign, out of its first rows and what a person
says of them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice

from domain.errors import Fatal
from jobs.formats.tables.books import Book
from jobs.formats.tables.fields import Layout, squeezed
from jobs.formats.tables.grid import GridRow
from jobs.formats.tables.guessing import decimal_of
from jobs.formats.tables.header import Header, best_header, header_at
from jobs.formats.tables.limits import HEADER_ROWS, MOST_COLUMNS, SHOWN_CELLS, SHOWN_TEXT
from jobs.formats.tables.mapping import Column, Found, Wishes, letters
from jobs.formats.tables.titles import constants, price_type

# Sheets that are looked through, rows that are looked at for numbers.
MOST_SHEETS, SAMPLE_ROWS = 20, 300


class HeaderUnknown(Fatal):
    """No sheet has the columns that are needed; ``rows`` are the first ones of the first sheet, for a person
    to look at: they are no matter for the log."""

    def __init__(self, layout: Layout, sheet: str, rows: Sequence[GridRow]) -> None:
        super().__init__("header_unknown", wanted=", ".join(_wanted(layout)))
        self.sheet = sheet
        self.rows = rows


@dataclass(frozen=True, slots=True)
class _Head:
    sheet: str
    rows: list[GridRow]


def find(book: Book, layout: Layout, wishes: Wishes) -> tuple[Found, list[GridRow]]:
    """How to read it, and its first rows. Raises HeaderUnknown, and Fatal: ``sheet_unknown``,
    ``table_empty``, ``mapping_field_unknown``, ``mapping_column_unknown``, ``mapping_incomplete``."""
    for name in wishes.mapping:
        if layout.field(name) is None:
            raise Fatal("mapping_field_unknown", column=name[:50], wanted=", ".join(_wanted(layout)))
    first: _Head | None = None
    filled = False
    for sheet in _sheets(book, wishes):
        head = _Head(sheet, _first(book, sheet, wishes))
        first = first or head
        filled |= bool(head.rows)
        header = _header(head.rows, layout, wishes)
        if header is not None:
            return _found(book, head, header, layout, wishes), head.rows
    if not filled and not wishes.header_row:
        raise Fatal("table_empty")
    raise HeaderUnknown(layout, first.sheet if first else "", first.rows[:HEADER_ROWS] if first else ())


def shown(rows: Sequence[GridRow]) -> list[dict[str, object]]:
    """The first rows for a person to look at, trimmed."""
    return [
        {"row": row.number, "cells": [cell[:SHOWN_TEXT] for cell in row.cells[:SHOWN_CELLS]]}
        for row in rows[:HEADER_ROWS]
    ]


def _sheets(book: Book, wishes: Wishes) -> Iterator[str]:
    if wishes.sheet is None or not book.named:
        yield from book.sheets[:MOST_SHEETS]
        return
    asked = [name for name in book.named if squeezed(name) == squeezed(wishes.sheet)]
    if not asked:
        raise Fatal("sheet_unknown", sheets=len(book.named))
    yield asked[0]


def _first(book: Book, sheet: str, wishes: Wishes) -> list[GridRow]:
    """Rows that say something: those of the header, and some more for their numbers."""
    last = (wishes.header_row or 0) + SAMPLE_ROWS
    with closing(_Closable(book.rows(sheet))) as rows:
        filled = (row for row in rows if any(row.cells))
        found = list(
            islice((row for row in filled if not wishes.header_row or row.number <= last), SAMPLE_ROWS)
        )
        if wishes.header_row and wishes.header_row > HEADER_ROWS:
            found = [row for row in found if row.number >= wishes.header_row]
    # A spreadsheet of 1C may have 16,384 columns: further right nobody looks for a field.
    return [
        row if len(row.cells) <= MOST_COLUMNS else replace(row, cells=row.cells[:MOST_COLUMNS])
        for row in found
    ]


def _header(rows: Sequence[GridRow], layout: Layout, wishes: Wishes) -> Header | None:
    given = frozenset(name for name, column in wishes.mapping.items() if column)
    if wishes.header_row == 0:
        return Header((), {})
    if wishes.header_row is not None:
        places = [place for place, row in enumerate(rows) if row.number == wishes.header_row]
        if not places:
            return None
        named = header_at(rows, places[0], layout)
        # Whoever names a row means it, though nothing in it is known: the mapping says what it is.
        return named if named.rows else Header((wishes.header_row,), {})
    near = (
        [row for row in rows[:HEADER_ROWS] if row.number <= max(HEADER_ROWS, rows[0].number)] if rows else []
    )
    found = best_header(near, layout, given)
    if found is None and layout.required <= given:
        return Header((), {})
    return found


def _found(book: Book, head: _Head, header: Header, layout: Layout, wishes: Wishes) -> Found:
    first = min(header.rows, default=1)
    above = [row for row in head.rows if row.number < first]
    under = [row for row in head.rows if row.number > max(header.rows, default=0)]
    columns, said = _corrected(header, head.rows, wishes.mapping)
    told = constants(above, layout, columns)
    told = {name: value for name, value in told.items() if name not in wishes.mapping} | said
    missing = layout.required - {*columns, *told}
    if missing:
        if wishes.header_row is None:
            raise HeaderUnknown(layout, head.sheet, head.rows[:HEADER_ROWS])
        raise Fatal("mapping_incomplete", wanted=", ".join(sorted(missing)))
    numbers = [one.place for field in layout.fields if field.number for one in columns.get(field.name, ())]
    cells = (row.cells[place] for row in under for place in numbers if place < len(row.cells))
    decimal = wishes.decimal or (decimal_of(cells) if book.format != "xlsx" else None)
    return Found(
        format=book.format,
        sheet=head.sheet,
        header_rows=header.rows,
        columns=columns,
        constants=told,
        encoding=book.encoding,
        delimiter=book.delimiter,
        decimal=decimal,
        price_type=price_type(above, columns),
    )


def _corrected(
    header: Header, rows: Sequence[GridRow], mapping: Mapping[str, str]
) -> tuple[dict[str, tuple[Column, ...]], dict[str, str]]:
    """Columns, and values for all rows, with a person's word before what was found."""
    columns, said = dict(header.columns), {}
    texts = _texts(header, rows)
    for name, wanted in mapping.items():
        columns.pop(name, None)
        if wanted.startswith("="):
            said[name] = wanted[1:].strip()
        elif wanted.strip():
            place = _place(wanted, texts)
            columns = {
                other: found for other, found in columns.items() if [one.place for one in found] != [place]
            }
            columns[name] = (Column(place, texts.get(place, "")),)
    return columns, said


def _place(wanted: str, texts: Mapping[int, str]) -> int:
    for place, text in texts.items():
        parts = [text, *text.split(" / ")]
        if any(squeezed(part) == squeezed(wanted) != "" for part in parts):
            return place
    if wanted.isdecimal() and 0 < int(wanted[:6]) <= MOST_COLUMNS:
        return int(wanted[:6]) - 1
    for place in range(MOST_COLUMNS):
        if letters(place) == wanted.strip().upper():
            return place
    raise Fatal("mapping_column_unknown", column=wanted[:100])


def _texts(header: Header, rows: Sequence[GridRow]) -> dict[int, str]:
    block = [row.cells for row in rows if row.number in header.rows]
    width = max(map(len, block), default=0)
    found = {
        n: " / ".join(" ".join(cells[n].split()) for cells in block if n < len(cells) and cells[n])
        for n in range(width)
    }
    return {n: text for n, text in found.items() if text}


def _wanted(layout: Layout) -> list[str]:
    """What ``mapping`` calls a field, and the name people know it by: ``unit_cost (Себестоимость)``."""
    return [f"{field.name} ({field.aliases[0]})" if field.aliases else field.name for field in layout.fields]


class _Closable:
    """Rows that are left before their end give back what they hold."""

    def __init__(self, rows: Iterator[GridRow]) -> None:
        self._rows = rows

    def __iter__(self) -> Iterator[GridRow]:
        return self._rows

    def close(self) -> None:
        close = getattr(self._rows, "close", None)
        if close is not None:
            close()
