"""How a file is to be read: sheet, header, columns, decimal sign, out of its first rows and what a person
says of them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice

from domain.errors import Fatal, written
from jobs.formats.tables.books import Book
from jobs.formats.tables.fields import Layout, squeezed
from jobs.formats.tables.grid import GridRow
from jobs.formats.tables.guessing import decimal_of
from jobs.formats.tables.header import Header, best_header
from jobs.formats.tables.limits import HEADER_ROWS, MOST_COLUMNS, SHOWN_CELLS, SHOWN_TEXT
from jobs.formats.tables.mapping import Column, Found, Wishes
from jobs.formats.tables.misfits import FieldsMissing, HeaderUnknown, HeadingsMissing, names_wanted
from jobs.formats.tables.named import (
    header_from,
    headings,
    lacking,
    named_header,
    place_of,
    texts_of,
)
from jobs.formats.tables.titles import constants, price_type

# Sheets that are looked through, rows that are looked at for numbers.
MOST_SHEETS, SAMPLE_ROWS = 20, 300


@dataclass(frozen=True, slots=True)
class _Head:
    sheet: str
    rows: list[GridRow]


def find(book: Book, layout: Layout, wishes: Wishes) -> tuple[Found, list[GridRow]]:
    """How to read it, and its first rows. Raises HeaderUnknown, HeadingsMissing, FieldsMissing, and Fatal:
    ``sheet_unknown``, ``table_empty``, ``mapping_field_unknown``."""
    check_fields(layout, wishes.mapping)
    wanted = headings(wishes.mapping)
    first: _Head | None = None
    misfit: HeadingsMissing | None = None
    filled = False
    for sheet in _sheets(book, wishes):
        head = _Head(sheet, _first(book, sheet, wishes))
        first = first or head
        filled |= bool(head.rows)
        header = _header(head.rows, layout, wishes)
        if header is None:
            continue
        if not (lacks := lacking(header, head.rows, wanted)):
            return _found(book, head, header, layout, wishes), head.rows
        misfit = misfit or HeadingsMissing(head.rows, lacks, wishes, header)
    if misfit is not None:
        raise misfit
    searched = wishes.hinted or not wishes.header_row
    if not filled and searched:
        raise Fatal("table_empty")
    rows = first.rows if first is not None else ()
    raise HeadingsMissing(rows, wanted, wishes) if wanted and searched else HeaderUnknown(layout, rows)


def check_fields(layout: Layout, mapping: Mapping[str, str]) -> None:
    """Raise Fatal ``mapping_field_unknown`` for a name that is no field of the kind's."""
    for name in mapping:
        if layout.field(name) is None:
            raise Fatal("mapping_field_unknown", written(column=name[:50]), wanted=names_wanted(layout))


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
        raise Fatal("sheet_unknown", written(names=_listed(book.named)), sheets=len(book.named))
    yield asked[0]


def _listed(sheets: Sequence[str]) -> str:
    names = ", ".join(f"“{name}”" for name in sheets[:MOST_SHEETS])
    return f"{names} …" if len(sheets) > MOST_SHEETS else names


def _first(book: Book, sheet: str, wishes: Wishes) -> list[GridRow]:
    """Rows that say something: those of the header, and some more for their numbers."""
    named = 0 if wishes.hinted else wishes.header_row or 0
    start = named if named > HEADER_ROWS else 0
    with closing(_Closable(book.rows(sheet))) as rows:
        filled = (row for row in rows if row.number >= start and any(row.cells))
        found = list(islice(filled, SAMPLE_ROWS))
    # A spreadsheet of 1C may have 16,384 columns: further right nobody looks for a field.
    return [
        row if len(row.cells) <= MOST_COLUMNS else replace(row, cells=row.cells[:MOST_COLUMNS])
        for row in found
    ]


def _header(rows: Sequence[GridRow], layout: Layout, wishes: Wishes) -> Header | None:
    if wishes.header_row == 0:
        return Header((), {})
    wanted = headings(wishes.mapping)
    at = next((place for place, row in enumerate(rows) if row.number == wishes.header_row), None)
    # Whoever names a row means it, though nothing in it is known: the mapping says what it is.
    said = None if at is None else header_from(rows, at, layout, wanted)
    if wishes.header_row is not None and not wishes.hinted:
        return said
    given = frozenset(name for name, column in wishes.mapping.items() if column)
    if said is not None and not lacking(said, rows, wanted) and layout.required <= {*said.columns, *given}:
        return said
    near = (
        [row for row in rows[:HEADER_ROWS] if row.number <= max(HEADER_ROWS, rows[0].number)] if rows else []
    )
    if wanted:
        return named_header(near, layout, wanted, given)
    found = best_header(near, layout, given)
    return Header((), {}) if found is None and layout.required <= given else found


def _found(book: Book, head: _Head, header: Header, layout: Layout, wishes: Wishes) -> Found:
    first = min(header.rows, default=1)
    above = [row for row in head.rows if row.number < first]
    under = [row for row in head.rows if row.number > max(header.rows, default=0)]
    columns, said = _corrected(header, head.rows, wishes.mapping)
    told = constants(above, layout, columns)
    told = {name: value for name, value in told.items() if name not in wishes.mapping} | said
    missing = layout.required - {*columns, *told}
    if missing:
        if not wishes.of_template and wishes.header_row is None:
            raise HeaderUnknown(layout, head.rows)
        raise FieldsMissing(head.rows, missing, wishes, header)
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
    texts = texts_of(header, rows)
    for name, wanted in mapping.items():
        columns.pop(name, None)
        if wanted.startswith("="):
            said[name] = wanted[1:].strip()
        elif (place := place_of(wanted, texts)) is not None:
            columns = {
                other: found for other, found in columns.items() if [one.place for one in found] != [place]
            }
            columns[name] = (Column(place, " / ".join(texts.get(place, ()))),)
    return columns, said


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
