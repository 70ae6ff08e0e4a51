"""Cells of one batch that say the same are read once."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from jobs.prices.reading import Cells

T = TypeVar("T")


class Alike(Generic[T]):
    """``read`` of one field, kept by what stands in the cell for as long as this is; what raises is read
    again. As large as the batch it is used for."""

    def __init__(self, field: str, read: Callable[[Cells, str], T]) -> None:
        self._field = field
        self._read = read
        self._known: dict[Any, T] = {}

    def of(self, row: Cells) -> T:
        value = row.get(self._field)
        try:
            return self._known[value]
        except (KeyError, TypeError):
            found = self._read(row, self._field)
        # What a person has corrected may be any JSON, where 1 is equal to True.
        if value is None or type(value) is str:
            self._known[value] = found
        return found
