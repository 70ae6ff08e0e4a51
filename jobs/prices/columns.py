"""The cells of one batch by column, each read once for all rows that say the same."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from domain.errors import MalformedRow
from jobs.base import Batch, RejectedRow, Row
from jobs.prices.reading import Cells

T = TypeVar("T")
Read = Callable[[Cells, str], T]
_TEXTS = frozenset((str, type(None)))


class Columns:
    """Rows of a price desk's file: 2 µs a row of eight columns instead of 7 cell by cell. A row's first
    error, in the order in which its columns are read, is why it is rejected; it reads None from then on."""

    def __init__(self, rows: Sequence[Row], row_nos: Sequence[int]) -> None:
        self._rows = rows
        self.row_nos = row_nos
        self._errors: dict[int, MalformedRow] = {}

    @classmethod
    def of(cls, batch: Batch) -> "Columns":
        return cls(batch.rows, batch.numbers)

    @property
    def all_good(self) -> bool:
        return not self._errors

    @property
    def good(self) -> list[bool]:
        """Whether each row could be read."""
        return [place not in self._errors for place in range(len(self._rows))]

    @property
    def rejects(self) -> list[RejectedRow]:
        """In the order of the rows."""
        return [
            RejectedRow(self.row_nos[place], self._rows[place], self._errors[place])
            for place in sorted(self._errors)
        ]

    def raw(self, field: str) -> list[Any]:
        """As the file has it, None where it does not."""
        return [row.get(field) for row in self._rows]

    def each(self, field: str, read: Read[T]) -> list[T]:
        """``read`` of one field of every row."""
        values = self.raw(field)
        # What a person has corrected may be any JSON, where 1 is equal to True.
        if not set(map(type, values)) <= _TEXTS:
            return self._one_by_one(lambda row: read(row, field), self._rows)
        known: dict[Any, Any] = {}
        failed = False
        for value in set(values):
            try:
                known[value] = read({field: value}, field)
            except MalformedRow as error:
                known[value], failed = error, True
        found = [known[value] for value in values]
        return self._checked(found) if failed else found

    def every(self, read: Callable[..., T], *columns: Sequence[Any]) -> list[T]:
        """``read`` of what several columns say together. What a rejected row says is not asked; a good row
        may be asked twice."""
        if not self._errors:
            with suppress(MalformedRow):
                return list(map(read, *columns))
        return self._one_by_one(read, *columns)

    def _one_by_one(self, read: Callable[..., T], *columns: Sequence[Any]) -> list[T]:
        found: list[Any] = []
        for place, values in enumerate(zip(*columns, strict=True)):
            if place in self._errors:
                found.append(None)
                continue
            try:
                found.append(read(*values))
            except MalformedRow as error:
                self._errors[place] = error
                found.append(None)
        return found

    def _checked(self, found: list[Any]) -> list[Any]:
        for place, value in enumerate(found):
            if isinstance(value, MalformedRow):
                self._errors.setdefault(place, value)
                found[place] = None
        return found
