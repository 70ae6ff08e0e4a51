"""What became of the rows of a batch, put together."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b

from events.records import VERDICTS, Counts
from jobs.base import RowVerdict


def counted(verdicts: Sequence[RowVerdict]) -> Counts:
    """How many rows ended in each verdict."""
    names = [said.verdict for said in verdicts]
    return Counts(**{name: names.count(name) for name in VERDICTS})


def in_order(said: Mapping[int, RowVerdict]) -> tuple[RowVerdict, ...]:
    """In the order of their rows."""
    return tuple(said[row_no] for row_no in sorted(said))


def digest(parts: Iterable[str | None]) -> bytes:
    """16 bytes that are another's only where the texts are; None is no text."""
    told = "".join("-" if part is None else f"{len(part)}:{part}" for part in parts)
    return blake2b(told.encode("utf-8", "surrogatepass"), digest_size=16).digest()
