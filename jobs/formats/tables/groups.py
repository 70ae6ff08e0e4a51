"""Groups that are warehouses: 1C's «Остатки товаров» has a row for each, its sum, and its items below."""

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from jobs.formats.tables.balances import has_word
from jobs.formats.tables.fields import Field, Layout, names_of, squeezed
from jobs.formats.tables.grid import GridRow
from jobs.formats.tables.guessing import pointed, ungrouped
from jobs.formats.tables.mapping import Found

_SPACES = re.compile(r"[\s']+")
_MOST_NAME = 200


class Groups:
    """Which group's name the rows below it are of. ``depth`` is how deep that group stands, where the header
    says it (``Склад`` over ``Номенклатура``: 0); else a group is taken that is called like a warehouse.

    Where rows stand deeper than their group, by outline or by indentation, that alone counts. Where none
    does, a group ends when its items have made up its sum; what cannot be told so has no name: better a row
    that is rejected than one in another's warehouse.
    """

    def __init__(
        self, field: Field, depth: int | None, label: int | None, sum_place: int | None, decimal: str | None
    ) -> None:
        self.field = field.name
        self._names = names_of(field)
        self._words = field.words
        self._depth = depth
        self._label = label
        self._sum_place = sum_place
        self._decimal = decimal
        self._outlined = False
        self._above: list[tuple[int, str]] = []
        self._flat = ""
        self._left: Decimal | None = None
        self._first, self._begun = True, False
        # Not once an item stands below no warehouse: then they are below their items, say.
        self._trusted, self._ever = True, False

    @classmethod
    def of(cls, layout: Layout, found: Found) -> "Groups | None":
        """None where a column or a title says it for all rows, or nothing does in this kind's files."""
        field = next((one for one in layout.fields if one.groups), None)
        if field is None or field.name in {*found.columns, *found.constants}:
            return None
        if any(one.warehouse for columns in found.columns.values() for one in columns):
            return None
        names = [one for one in layout.fields if one.total and not one.number]
        labels = [*names, *(one for one in layout.fields if one.key)]
        label = next((found.columns[one.name][0] for one in labels if one.name in found.columns), None)
        sums = next(
            (found.columns[one.name][0] for one in layout.fields if one.many and one.name in found.columns),
            None,
        )
        return cls(
            field,
            None if label is None else depth_of(label.header.split(" / "), field),
            None if label is None else label.place,
            None if sums is None else sums.place,
            found.decimal,
        )

    def group(self, row: GridRow, cells: Sequence[str], *, deeper: bool) -> None:
        """A row of a group; ``deeper`` = what is below it stands deeper."""
        name = self._named(cells)
        while self._above and self._above[-1][0] >= row.level:
            self._above.pop()
        if deeper:
            self._outlined = True
            self._above.append((row.level, name))
        elif not self._outlined:
            self._begin(name, self._amount(cells))

    def item(self, row: GridRow, cells: Sequence[str]) -> str:
        """The name of the group that the row is of; empty where that is not known."""
        if not self._outlined:
            self._trusted = self._trusted and self._ever
            amount = self._amount(cells)
            self._begun = True
            self._left = None if self._left is None or amount is None else self._left - amount
            return self._flat
        while self._above and self._above[-1][0] >= row.level:
            self._above.pop()
        if self._depth is not None:
            return self._above[self._depth][1] if len(self._above) > self._depth else ""
        return next((name for _, name in reversed(self._above) if self._is_called_so(name)), "")

    def _begin(self, name: str, amount: Decimal | None) -> None:
        """A group in a table without levels: the next one, or one within the one that is not made up yet."""
        ended = self._first or (self._begun and self._left == 0)
        if not ended and self._left is not None and self._left > 0 and not self._is_called_so(name):
            return
        known = self._trusted and (self._is_called_so(name) or (ended and self._depth == 0))
        self._first = self._begun = False
        self._ever = self._ever or known
        self._flat, self._left = (name, amount) if known else ("", None)

    def _is_called_so(self, name: str) -> bool:
        return has_word(name, self._words)

    def _named(self, cells: Sequence[str]) -> str:
        """``Склад: Основной`` is its value alone."""
        label = cells[self._label] if self._label is not None and self._label < len(cells) else ""
        name = " ".join((label or next(filter(None, cells), "")).split())
        said, colon, value = name.partition(":")
        return (value.strip() if colon and squeezed(said) in self._names else name)[:_MOST_NAME]

    def _amount(self, cells: Sequence[str]) -> Decimal | None:
        if self._sum_place is None or self._sum_place >= len(cells):
            return None
        text = pointed(cells[self._sum_place])
        if self._decimal is not None:
            text = ungrouped(text, self._decimal)
        try:
            found = Decimal(_SPACES.sub("", text).replace(",", "."))
        except InvalidOperation:
            return None
        return found if found.is_finite() else None


def depth_of(parts: Sequence[str], field: Field) -> int | None:
    """Where in a column's header, from the top, the field stands over others."""
    return next((depth for depth, part in enumerate(parts[:-1]) if squeezed(part) in names_of(field)), None)
