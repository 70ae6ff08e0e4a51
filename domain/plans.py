"""What is known of earlier attempts, and what a further one does: records, as they are kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import Field

from events.base import Record
from events.records import Counts
from events.tasks import Scope

# As whoever keeps it has it: nothing here looks into one, they are only told apart.
Row = Any


class Place(Record):
    """Where the log has a batch of source rows, and the hash (hex) of what lies there."""

    batch_no: int
    topic: str
    partition: int
    offset: int
    first_row: int
    rows: int
    content_hash: str


@dataclass(frozen=True, slots=True)
class Correction:
    """The latest form that a person gave to a row which ``attempt`` had rejected."""

    attempt: int
    row: Row


class Mended(Record):
    """A row in the form that is loaded. ``instead_of``: only where the source still has one of these there,
    because it was read anew and numbers its rows by itself (None = whatever it has)."""

    row: Row
    instead_of: tuple[Row, ...] | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A batch that is in the database: its verdicts, those its rows had before, and its rejected rows."""

    batch_no: int
    counts: Counts
    before: Counts | None = None
    rejected: Mapping[int, Row] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier attempt. ``corrected`` are the rows that it took in a corrected form, by number."""

    attempt: int
    origin: int = 1
    scope: Scope = "all"
    places: Sequence[Place] = ()
    outcomes: Sequence[Outcome] = ()
    corrected: Mapping[int, Mended] = field(default_factory=dict)


class Step(Record):
    """A batch to be sent again: whole, or only the rows ``only``; ``before`` is what they count as now."""

    place: Place
    only: tuple[int, ...] | None = None
    before: Counts | None = None


class Plan(Record):
    """What an attempt does: ``steps`` in the order of the source, then, with ``behind``, what the source has
    after row ``after_row``, as batches from ``after_batch`` + 1, of which some may have been imported
    (``befores``), and with ``sparing`` are not sent again. ``corrected`` rows, by number, stand for the
    source's own."""

    steps: tuple[Step, ...] = ()
    behind: bool = False
    after_batch: int = 0
    after_row: int = 0
    befores: dict[int, Counts] = Field(default_factory=dict)
    sparing: frozenset[int] = frozenset()
    corrected: dict[int, Mended] = Field(default_factory=dict)
