"""Where the header of a sheet is, how deep, and which column is which field."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from jobs.formats.tables.columns import columns_of
from jobs.formats.tables.fields import Layout, names_of, squeezed
from jobs.formats.tables.grid import GridRow
from jobs.formats.tables.mapping import Column

DEEPEST = 3
_NUMBERS = re.compile(r"[\d\s.,:/%+-]+")


@dataclass(frozen=True, slots=True)
class Header:
    """``rows`` are the numbers of its rows in the sheet."""

    rows: tuple[int, ...]
    columns: dict[str, tuple[Column, ...]]


def best_header(
    rows: Sequence[GridRow], layout: Layout, given: frozenset[str] = frozenset()
) -> Header | None:
    """The one that names most fields and most warehouses, and all fields that are required; ``given`` are
    known without it. A tie is won by the one with fewer rows, then by the upper one: what stands above may
    be a title, what stands below a group that is called like a column."""
    found = [header_at(rows, start, layout) for start in range(len(rows))]
    usable = [header for header in found if layout.required <= {*header.columns, *given} and header.columns]
    return max(usable, key=says, default=None)


def header_at(rows: Sequence[GridRow], start: int, layout: Layout) -> Header:
    """The header that begins there, with all rows that go on with it."""
    block = [rows[start].cells]
    columns = columns_of(block, layout)
    last = start
    if not columns and not _names_warehouses(rows, start, layout):
        return Header((), {})
    while len(block) < DEEPEST and last + 1 < len(rows) and _adjacent(rows, last):
        below = rows[last + 1].cells
        deeper = columns_of([*block, below], layout)
        more = len(deeper) > len(columns) and not _has_numbers(below)
        if not (_goes_on(block[-1], below) or more or _names_below_groups(block[-1], below, layout)):
            break
        block.append(below)
        columns = deeper
        last += 1
    if last + 1 < len(rows) and _adjacent(rows, last) and counts_columns(rows[last + 1].cells):
        last += 1
    return Header(tuple(row.number for row in rows[start : last + 1]), columns)


def _names_warehouses(rows: Sequence[GridRow], start: int, layout: Layout) -> bool:
    """A row that is called like no field is a title, unless it names several balances below it."""
    if start + 1 >= len(rows) or not _adjacent(rows, start):
        return False
    filled = {place for place, cell in enumerate(rows[start].cells) if cell}
    if len(filled) < 2:
        return False
    below = columns_of([rows[start + 1].cells], layout)
    balances = {one.place for field in layout.fields if field.many for one in below.get(field.name, ())}
    if not balances:
        return False
    several = columns_of([rows[start].cells, rows[start + 1].cells], layout)
    return filled <= {
        one.place for field in layout.fields if field.many for one in several.get(field.name, ())
    }


def header_of(rows: Sequence[GridRow], start: int, layout: Layout) -> Header:
    """The header that begins there though the layout knows none of its names: the mapping says what it is."""
    found = header_at(rows, start, layout)
    return found if found.rows else Header((rows[start].number,), {})


def says(header: Header) -> tuple[int, int, int]:
    """How much it says, to be compared: fields, warehouses, and how few rows it takes."""
    warehouses = sum(bool(one.warehouse) for found in header.columns.values() for one in found)
    return len(header.columns), warehouses, -len(header.rows)


def _adjacent(rows: Sequence[GridRow], place: int) -> bool:
    return rows[place + 1].number == rows[place].number + 1


def _goes_on(above: Sequence[str], below: Sequence[str]) -> bool:
    """A second row of a merged header: it says something only below cells that span several columns, or
    span nothing at all, and no number. A cell that repeats its left one spans too: it was not merged."""
    if _has_numbers(below):
        return False
    above = [cell if cell != _at(above, place - 1) else "" for place, cell in enumerate(above)]
    filled = [place for place, cell in enumerate(below) if cell]
    free = [place for place in filled if not _at(above, place)]
    # A cell that spans has nothing to its right, where the row below goes on.
    return bool(free) and all(
        not _at(above, place) or (not _at(above, place + 1) and _at(below, place + 1)) for place in filled
    )


def _names_below_groups(above: Sequence[str], below: Sequence[str], layout: Layout) -> bool:
    """``Номенклатура`` below ``Склад``: what the rows are grouped by stands over what they are."""
    groups = {name for field in layout.fields if field.groups for name in names_of(field)}
    filled = {place for place, cell in enumerate(below) if cell}
    named = {one.place for found in columns_of([below], layout).values() for one in found}
    return bool(filled) and filled <= named and all(squeezed(_at(above, place)) in groups for place in filled)


def _has_numbers(cells: Sequence[str]) -> bool:
    return any(cell and _NUMBERS.fullmatch(cell) for cell in cells)


def counts_columns(cells: Sequence[str]) -> bool:
    """``1 2 3 4``: Russian forms number their columns below the header."""
    filled = [cell.strip() for cell in cells if cell]
    return len(filled) > 2 and filled == [str(number) for number in range(1, len(filled) + 1)]


def _at(cells: Sequence[str], place: int) -> str:
    return cells[place] if 0 <= place < len(cells) else ""
