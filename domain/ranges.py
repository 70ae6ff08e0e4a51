"""A set of whole numbers kept as ranges: 10,000 finished batches are one pair when none is missing."""

from bisect import bisect_right
from collections.abc import Iterable

from events.base import Record


class Ranges(Record):
    """Numbers from 1 up as sorted, disjoint, non-adjacent spans, both ends included."""

    spans: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, numbers: Iterable[int]) -> "Ranges":
        ranges = cls()
        for number in numbers:
            ranges = ranges.add(number)
        return ranges

    def __contains__(self, number: int) -> bool:
        at = bisect_right(self.spans, number, key=lambda span: span[0])
        return at > 0 and number <= self.spans[at - 1][1]

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self.spans)

    def covers(self, count: int) -> bool:
        """Exactly 1 … ``count``, nothing beyond."""
        return self.spans == (((1, count),) if count else ())

    def add(self, number: int) -> "Ranges":
        """With ``number`` in it, joined to its neighbours; itself when it was there already."""
        if number in self:
            return self
        at = bisect_right(self.spans, number, key=lambda span: span[0])
        before, after = self.spans[:at], self.spans[at:]
        first = last = number
        if before and before[-1][1] == number - 1:
            first, before = before[-1][0], before[:-1]
        if after and after[0][0] == number + 1:
            last, after = after[0][1], after[1:]
        return Ranges.model_construct(spans=(*before, (first, last), *after))
