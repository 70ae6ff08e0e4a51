"""How many identical documents came before: two honest equal payments of one day both count."""

from array import array

_LARGEST_LOAD = 0.8
_SLOTS_PER_ROW = 1.3


class Ordinals:
    """An exact table of 8-byte fingerprints: 10.4 bytes a row and no object for one, unless it repeats.

    Open addressing with linear probing, sized by the survey; should more rows come, it grows by half.
    """

    def __init__(self, documents: int) -> None:
        self._used = 0
        self._repeats: dict[int, int] = {}
        self._resize(int(documents * _SLOTS_PER_ROW) + 64)

    def seen(self, fingerprint: int) -> int:
        """How many had this fingerprint before; 0 at the first."""
        # Zero marks a free slot.
        wanted = fingerprint or 1
        slots, size = self._slots, self._size
        at = wanted % size
        while found := slots[at]:
            if found == wanted:
                before = self._repeats.get(wanted, 0) + 1
                self._repeats[wanted] = before
                return before
            at = at + 1 if at + 1 < size else 0
        slots[at] = wanted
        self._used += 1
        if self._used > self._limit:
            self._grow()
        return 0

    def _resize(self, size: int) -> None:
        self._size = size | 1
        self._limit = int(self._size * _LARGEST_LOAD)
        self._slots = array("Q", [0]) * self._size

    def _grow(self) -> None:
        old = self._slots
        self._resize(self._size * 3 // 2)
        for fingerprint in old:
            if fingerprint:
                at = fingerprint % self._size
                while self._slots[at]:
                    at = at + 1 if at + 1 < self._size else 0
                self._slots[at] = fingerprint
