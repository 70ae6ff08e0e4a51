"""Cells that were merged downwards: only the uppermost says what all of them say."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple


class Merge(NamedTuple):
    """Rows (1-based, both included) that one cell spans; ``place`` is its column, 0-based."""

    place: int
    first: int
    last: int


class Merges:
    """Fills in what a cell above says of a row too. The merges stand at the end of a sheet: they are read
    when the first row has a gap in one of ``places``, which most sheets never have."""

    def __init__(self, read: Callable[[], Iterable[Merge]], places: Sequence[int], header: int) -> None:
        self._read = read
        self.places = places
        self._header = header
        self._spans: dict[int, tuple[list[int], list[int]]] | None = None
        # The row that was looked at last. Whoever finds no gap in it says so here: that costs less.
        self.above: tuple[int, list[str]] = (0, [])

    def fill(self, number: int, cells: list[str]) -> tuple[list[str], bool]:
        """The cells of a row with those above that span it, and whether one of them is the header's: what
        the row itself says there cannot be known."""
        cells, hidden = list(cells), False
        above, said = self.above
        for place in self.places:
            if cells[place]:
                continue
            first = self._first_of(place, number)
            hidden = hidden or 0 < first <= self._header
            if self._header < first <= above and place < len(said):
                cells[place] = said[place]
        self.above = (number, cells)
        return cells, hidden

    def _first_of(self, place: int, number: int) -> int:
        """The first row of the merged cell that the row stands in, 0 where there is none."""
        if self._spans is None:
            self._spans = self._sorted()
        firsts, lasts = self._spans.get(place, ([], []))
        found = bisect_right(firsts, number - 1) - 1
        return firsts[found] if found >= 0 and lasts[found] >= number else 0

    def _sorted(self) -> dict[int, tuple[list[int], list[int]]]:
        found: dict[int, list[tuple[int, int]]] = {place: [] for place in self.places}
        for place, first, last in self._read():
            if place in found:
                found[place].append((first, last))
        return {
            place: ([first for first, _ in sorted(spans)], [last for _, last in sorted(spans)])
            for place, spans in found.items()
        }
