"""Which cells of a sheet are merged downwards: said behind its last row."""

import re
from collections.abc import Iterable, Iterator

from domain.errors import Fatal
from jobs.formats.tables.limits import MOST_COLUMNS
from jobs.formats.tables.mapping import letters
from jobs.formats.tables.merges import Merge

_MERGE = re.compile(
    rb"""<(?:\w+:)?mergeCell\s[^<>]{0,100}?ref=["']([A-Z]{1,3})(\d{1,7}):[A-Z]{1,3}(\d{1,7})["']"""
)
# The largest report of 1C that was seen has 10,000.
MOST_MERGES = 1_000_000
# More than one of them is long.
_TAIL = 256
_PLACES = {letters(place).encode(): place for place in range(MOST_COLUMNS)}


def merges(chunks: Iterable[bytes]) -> Iterator[Merge]:
    """Those of more than one row, some perhaps twice. Raises Fatal ``xlsx_damaged`` where there are more than
    a million."""
    rest, count = b"", 0
    for chunk in chunks:
        data = rest + chunk
        if b"mergeCell" in data:
            for column, first, last in _MERGE.findall(data):
                count += 1
                if count > MOST_MERGES:
                    raise Fatal("xlsx_damaged")
                place = _PLACES.get(column)
                if place is not None and int(first) < int(last):
                    yield Merge(place, int(first), int(last))
        rest = data[-_TAIL:]
