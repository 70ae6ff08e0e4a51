"""What became of the rows of a batch, put together."""

from collections.abc import Mapping, Sequence

from events.records import VERDICTS, Counts
from jobs.base import RowVerdict


def counted(verdicts: Sequence[RowVerdict]) -> Counts:
    """How many rows ended in each verdict."""
    names = [said.verdict for said in verdicts]
    return Counts(**{name: names.count(name) for name in VERDICTS})


def in_order(said: Mapping[int, RowVerdict]) -> tuple[RowVerdict, ...]:
    """In the order of their rows."""
    return tuple(said[row_no] for row_no in sorted(said))
