"""Rows of a sheet as rows of a kind: by field, one for each warehouse, without groups and their sums."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from jobs.formats.tables.fields import Layout
from jobs.formats.tables.grid import GridRow
from jobs.formats.tables.groups import Groups
from jobs.formats.tables.guessing import pointed, ungrouped
from jobs.formats.tables.headings import ROW, WAREHOUSE
from jobs.formats.tables.mapping import Found
from jobs.formats.tables.merges import Merge, Merges

_SUMS = ("итого", "всего", "общий итог", "total", "grand total")
_NUMBER = re.compile(r"[\d\s.,'+-]+")
Record = dict[str, Any]


class Records:
    """Reads below the header. A group's row is none of ours: it has no part number and nothing but a name
    and sums, or it is called a sum, or what is below it stands deeper and it says no more than a group does.
    Numbers without a name are a sum's only in the last row. ``merges`` gives cells that are merged downwards.
    """

    def __init__(
        self, layout: Layout, found: Found, merges: Callable[[], Iterable[Merge]] | None = None
    ) -> None:
        self._first_row = found.first_row
        self._constants = dict(found.constants)
        self._decimal = found.decimal
        self._of_1c = found.format == "mxl"
        many = {field.name for field in layout.fields if field.many}
        several = {name for name in many if any(one.warehouse for one in found.columns.get(name, ()))}
        self._single = [
            (name, columns[0].place) for name, columns in found.columns.items() if name not in several
        ]
        self._many = [(name, one.place, one.warehouse) for name in several for one in found.columns[name]]
        self._numbers = {field.name for field in layout.fields if field.number}
        self._keys = [place for name, place in self._single if (of := layout.field(name)) and of.key]
        sums = {field.name for field in layout.fields if field.total or field.key}
        self._details = [place for name, place in self._single if name not in sums]
        self._groups = Groups.of(layout, found)
        texts = [place for name, place in self._single if (of := layout.field(name)) and not of.number]
        self._merges = Merges(merges, texts, found.first_row - 1) if merges is not None else None
        self._widest = max((place for _, place in self._single), default=0) + 1

    def read(self, rows: Iterable[GridRow]) -> Iterator[list[Record]]:
        """For each row of the sheet that says something: its records, none where it is a group's."""
        before: GridRow | None = None
        first_row = self._first_row
        for row in rows:
            if row.number < first_row or not any(row.cells):
                continue
            if before is not None:
                yield self._records(before, row.level)
            before = row
        if before is not None:
            yield self._records(before, None)

    def _records(self, row: GridRow, next_level: int | None) -> list[Record]:
        """``next_level`` None = it is the last."""
        cells, hidden = row.cells, False
        if len(cells) < self._widest:
            cells = cells + [""] * (self._widest - len(cells))
        if (merges := self._merges) is not None:
            if all(map(cells.__getitem__, merges.places)):
                merges.above = (row.number, cells)
            else:
                cells, hidden = merges.fill(row.number, cells)
        deeper = next_level is not None and next_level > row.level
        if not hidden and self._is_group(cells, deeper=deeper, last=next_level is None):
            if self._groups is not None:
                self._groups.group(row, cells, deeper=deeper)
            return []
        record: Record = {ROW: row.number, **self._constants}
        if self._groups is not None and (group := self._groups.item(row, cells)):
            record[self._groups.field] = group
        for name, place in self._single:
            if cell := cells[place]:
                record[name] = cell
        if self._decimal is not None or self._of_1c:
            for name in self._numbers.intersection(record):
                record[name] = self._number(record[name])
        return list(self._warehouses(record, cells)) if self._many else [record]

    def _warehouses(self, record: Record, cells: list[str]) -> Iterator[Record]:
        """A warehouse where nothing stands has nothing; its own row would be a balance of 0."""
        for name, place, warehouse in self._many:
            if place < len(cells) and (cell := cells[place]):
                yield {**record, name: self._number(cell), WAREHOUSE: warehouse}

    def _number(self, cell: str) -> str:
        if self._of_1c:
            cell = pointed(cell)
        return cell if self._decimal is None else ungrouped(cell, self._decimal)

    def _is_group(self, cells: list[str], *, deeper: bool, last: bool) -> bool:
        if not self._keys:
            return False
        if deeper or not _says(cells, self._keys):
            return not _says(cells, self._details) and (deeper or last or any(map(_is_text, cells)))
        first = next(filter(None, cells), "")
        return first[0] in "ИиВвОоTtGg" and first.strip(" :.").casefold() in _SUMS


def _says(cells: list[str], places: list[int]) -> bool:
    return any(map(cells.__getitem__, places))


def _is_text(cell: str) -> bool:
    return bool(cell) and _NUMBER.fullmatch(cell) is None
