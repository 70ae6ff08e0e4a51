"""What a file calls the fields of its rows: rows as a person knows them, and back."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.errors import MalformedRow
from jobs.formats.tables.fields import Layout
from jobs.formats.tables.mapping import Column, Found, letters

# What a record says beside the cells of its row: where the sheet has it, and whose column its number is.
ROW, WAREHOUSE = "#row", "#warehouse"
_LONGEST = 150
# A row's own marks begin like these; a heading that does so would be taken for one.
_MARKS = ("_", "#")
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Headings:
    """``singles`` are headings by field, those of the sheet's columns first, in its order (``in_sheet`` of
    them); ``many`` by field and warehouse. Every heading is there once. Without any, rows are called by the
    source's own names already (a statement's, 1C's)."""

    singles: Mapping[str, str] = field(default_factory=dict)
    many: Mapping[tuple[str, str], str] = field(default_factory=dict)
    in_sheet: int = 0

    @classmethod
    def of(cls, layout: Layout, found: Found | None = None) -> "Headings":
        """Of a table that was read like this; of a file without columns (CommerceML) as the layout's fields
        are called in Russian."""
        taken: set[str] = set()
        singles, many = {}, {}
        for name, column in _columns(found) if found is not None else ():
            heading = _free(_heading(column), column, taken)
            taken.add(heading)
            if column.warehouse:
                many[name, column.warehouse] = heading
            else:
                singles[name] = heading
        in_sheet = len(singles)
        ascii_only = bool(taken) and all(map(str.isascii, taken))
        for wanted in layout.fields:
            if wanted.name not in singles:
                named = (one for one in wanted.aliases if one.isascii() or not ascii_only)
                singles[wanted.name] = next((one for one in named if one not in taken), wanted.name)
                taken.add(singles[wanted.name])
        return cls(singles, many, in_sheet)

    @property
    def columns(self) -> list[str]:
        """Of the sheet, from the left, without those of warehouses."""
        return list(self.singles.values())[: self.in_sheet]

    @property
    def fields(self) -> set[str]:
        return set(self.singles)

    @property
    def known(self) -> set[str]:
        """All that a row may be corrected by."""
        return {*self.singles.values(), *self.many.values()}

    def name(self, name: str | None, row: Row | None = None) -> str | None:
        """What the file calls a field of this row."""
        if name is None:
            return None
        place = (row or {}).get(WAREHOUSE)
        if place is not None and (said := self.many.get((name, place))) is not None:
            return said
        if name == WAREHOUSE:
            name = WAREHOUSE[1:]
        return self.singles.get(name, name)

    def shown(self, row: Row) -> dict[str, Any]:
        """The row by its headings, in the order of the sheet; where it stands there is said beside it."""
        if not self.singles:
            return dict(row)
        columned = any(place == row.get(WAREHOUSE) for _, place in self.many)
        hidden = {ROW, *((WAREHOUSE,) if columned or WAREHOUSE[1:] in row else ())}
        said = {str(self.name(name, row)): value for name, value in row.items() if name not in hidden}
        order = {heading: place for place, heading in enumerate(self.singles.values())}
        return dict(sorted(said.items(), key=lambda item: order.get(item[0], len(order))))

    def meant(self, said: Row, row: Row) -> dict[str, Any]:
        """Changes of this row by field; a field's own name is understood as well. Raises MalformedRow
        (``correction_other_warehouse``) for a number of another warehouse, which is a row of its own."""
        if not self.singles:
            return dict(said)
        fields = {heading: name for name, heading in self.singles.items()}
        fields |= {
            heading: name for (name, place), heading in self.many.items() if place == row.get(WAREHOUSE)
        }
        for heading in said:
            if heading not in fields and heading in self.many.values() and str(said[heading] or "").strip():
                raise MalformedRow("correction_other_warehouse", heading)
        others = set(self.many.values()) - set(fields)
        return {fields.get(name, name): value for name, value in said.items() if name not in others}


def _columns(found: Found) -> Iterator[tuple[str, Column]]:
    """From the left."""
    every = ((name, column) for name, columns in found.columns.items() for column in columns)
    return iter(sorted(every, key=lambda item: item[1].place))


def _heading(column: Column) -> str:
    """As it stands above the column; its letters where nothing does."""
    text = "".join(one if one.isprintable() else " " for one in column.header)
    text = " ".join(text.split())[:_LONGEST]
    return f"{letters(column.place)} {text}" if text.startswith(_MARKS) else text or letters(column.place)


def _free(heading: str, column: Column, taken: Iterable[str]) -> str:
    """Two columns that are called the same are told apart by their letters."""
    while heading in taken:
        heading = f"{heading} ({letters(column.place)})"
    return heading
