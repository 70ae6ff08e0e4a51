"""Which column is which field, by the cells of a header that stand above it."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from jobs.formats.tables.balances import balances, by_words, without_sums
from jobs.formats.tables.fields import Field, Layout, names_of, squeezed
from jobs.formats.tables.limits import MOST_HEADER
from jobs.formats.tables.mapping import Column

# ``Склад: Основной`` is said above a table, it is no column; ``Остаток на 10:00`` may be one.
_PARAMETER = re.compile(r":(?!\d)")
_BRACKETS = re.compile(r"[(\[][^()\[\]]*[)\]]")
Parts = tuple[str, ...]
Rank = tuple[int, int, int]


def columns_of(block: Sequence[Sequence[str]], layout: Layout) -> dict[str, tuple[Column, ...]]:
    """By field, in the order of the sheet; a column is one field's only."""
    parts = above_columns(block)
    taken: set[int] = set()
    found: dict[str, tuple[Column, ...]] = {}
    many = [(field, balances(parts, field)) for field in layout.fields if field.many]
    counted = {column.place for _, columns in many for column in columns}
    for rank, place, name in _ranked(parts, layout):
        # What is called a balance is another field's only where it is called so to the letter.
        if name not in found and place not in taken and not (place in counted and rank[0]):
            found[name] = (Column(place, " / ".join(parts[place])),)
            taken.add(place)
    for field, columns in many:
        left = tuple(column for column in columns if column.place not in taken)
        if named := without_sums(left) or by_words(parts, field, taken):
            found[field.name] = named
    return found


def above_columns(block: Sequence[Sequence[str]], text: Callable[[str], str] | None = None) -> list[Parts]:
    """What stands above each column from the top; a cell that spans several stands above each of them.
    ``text`` is what is read of a cell: nothing of a parameter of a report by default."""
    width, text = max(map(len, block)), text or _text
    rows = [[text(cell) for cell in cells] + [""] * (width - len(cells)) for cells in block]
    parts: list[list[str]] = [[] for _ in range(width)]
    for depth, row in enumerate(rows):
        left = ""
        for place, cell in enumerate(row):
            left = cell or left
            if cell or (left and any(below[place] for below in rows[depth + 1 :])):
                parts[place].append(cell or left)
    return [tuple(found) for found in parts]


@lru_cache(maxsize=4096)
def variants(text: str) -> tuple[str, ...]:
    """``"Цена (EUR), без НДС"``: whole, without what is in brackets, without what is behind the comma."""
    bare = _BRACKETS.sub("", text)
    return squeezed(text), squeezed(bare), squeezed(bare.partition(",")[0])


def _text(cell: str) -> str:
    cell = cell[:MOST_HEADER]
    return "" if _PARAMETER.search(cell) else " ".join(cell.split())


def _ranked(parts: Sequence[Parts], layout: Layout) -> list[tuple[Rank, int, str]]:
    fields = [field for field in layout.fields if not field.many]
    readings = [[variants(text) for text in _readings(above)] for above in parts]
    return sorted(
        (rank, place, field.name)
        for place, said in enumerate(readings)
        for field in fields
        if (rank := _rank(said, field)) is not None
    )


def _rank(readings: Sequence[tuple[str, ...]], field: Field) -> Rank | None:
    """How well a column fits: as it is written before a part of it; its lowest cell before all of them
    before the highest; the names of the field in their order."""
    names = names_of(field)
    fits = (
        (looseness, depth, names.index(variant))
        for depth, said in enumerate(readings)
        for looseness, variant in enumerate(said)
        if variant in names
    )
    return min(fits, default=None)


def _readings(parts: Parts) -> Iterator[str]:
    if parts:
        yield parts[-1]
    if len(parts) > 1:
        yield " ".join(parts)
        yield parts[0]
