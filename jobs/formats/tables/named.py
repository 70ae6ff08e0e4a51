"""Headings that a mapping names: which row of a file has them, and which columns they are."""

from collections.abc import Mapping, Sequence

from jobs.formats.tables.columns import Parts, above_columns
from jobs.formats.tables.fields import Layout, squeezed
from jobs.formats.tables.grid import GridRow
from jobs.formats.tables.header import DEEPEST, Header, counts_columns, header_of, says
from jobs.formats.tables.limits import MOST_COLUMNS
from jobs.formats.tables.mapping import letters

Texts = Mapping[int, Parts]
_LETTERS = {letters(place): place for place in range(MOST_COLUMNS)}


def headings(mapping: Mapping[str, str]) -> dict[str, str]:
    """By field, what can be nothing but a heading: no letters or number of a column, no value for all
    rows."""
    return {
        name: wanted
        for name, wanted in mapping.items()
        if wanted.strip() and not wanted.startswith("=") and _lettered(wanted) is None
    }


def named_header(
    rows: Sequence[GridRow], layout: Layout, wanted: Mapping[str, str], given: frozenset[str]
) -> Header | None:
    """One with all fields that are required (``given`` are known without it), then the one with most of the
    headings; None where no row has either. Of equals the one that the layout knows more of, the one with
    fewer rows, the upper one."""
    found = []
    every = (header for start in range(len(rows)) for header in _possible(rows, start, layout, wanted))
    for header in every:
        has = len(wanted) - len(lacking(header, rows, wanted))
        usable = layout.required <= {*header.columns, *given}
        if has or (usable and header.columns):
            found.append(((usable, has, says(header)), header))
    return max(found, key=lambda one: one[0], default=(None, None))[1]


def header_from(rows: Sequence[GridRow], start: int, layout: Layout, wanted: Mapping[str, str]) -> Header:
    """The header that begins there, as deep as the headings go."""
    every = _possible(rows, start, layout, wanted)
    return next((header for header in every if not lacking(header, rows, wanted)), every[0])


def lacking(header: Header, rows: Sequence[GridRow], wanted: Mapping[str, str]) -> dict[str, str]:
    """Those of the headings that the header does not have."""
    texts = texts_of(header, rows)
    return {name: heading for name, heading in wanted.items() if place_of(heading, texts) is None}


def texts_of(header: Header, rows: Sequence[GridRow]) -> Texts:
    """What stands above each column from the top; a cell that spans several stands above each of them."""
    block = [row.cells for row in rows if row.number in header.rows]
    if len(block) > 1 and counts_columns(block[-1]):
        block.pop()
    parts = above_columns(block, lambda cell: " ".join(cell.split())) if block else []
    return {place: said for place, said in enumerate(parts) if said}


def place_of(wanted: str, texts: Texts) -> int | None:
    """The 0-based column that is called so, or has that number or these letters."""
    return next(iter(places_of(wanted, texts)), _lettered(wanted))


def places_of(heading: str, texts: Texts) -> list[int]:
    """The columns that are called so: by all that stands above them, else by a part of it."""
    asked = squeezed(heading)
    if not asked:
        return []
    whole = [place for place, parts in texts.items() if squeezed(" / ".join(parts)) == asked]
    return whole or [place for place, parts in texts.items() if asked in map(squeezed, parts)]


def _possible(rows: Sequence[GridRow], start: int, layout: Layout, wanted: Mapping[str, str]) -> list[Header]:
    """As the layout knows it; deeper ones only where it says something, and not all. A row that has neither a
    heading nor a known column is a title."""
    found = [header_of(rows, start, layout)]
    for depth in range(len(found[0].rows) + 1, DEEPEST + 1):
        block = rows[start : start + depth]
        lacks = lacking(found[-1], rows, wanted)
        says_nothing = len(lacks) == len(wanted) and not found[0].columns
        if not lacks or says_nothing or block[-1].number != rows[start].number + depth - 1:
            break
        found.append(Header(tuple(row.number for row in block), found[0].columns))
    return found


def _lettered(wanted: str) -> int | None:
    said = wanted.strip().upper()
    if said.isdecimal() and 0 < int(said[:6]) <= MOST_COLUMNS:
        return int(said[:6]) - 1
    return _LETTERS.get(said)
