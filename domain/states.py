"""What a task can be: a union of frozen records. Each carries ``seq``, the last lifecycle event in it."""

from datetime import datetime
from typing import Annotated, Any, Literal, assert_never

from pydantic import Field, TypeAdapter

from domain.ranges import Ranges
from events.base import Record
from events.records import Counts, ErrorInfo, Outcome, Priority
from events.tasks import Input, Scope

Status = Literal["pending", "running", "completed", "failed", "cancelled"]


class About(Record):
    """What was submitted, as far as later decisions depend on it."""

    kind: str
    priority: Priority = "normal"
    dry_run: bool = False


class SourceFacts(Record):
    """The source was read to its end: so many rows, in so many batches or ``skipped``.

    ``doubts`` counts accounts whose control totals differ or are unproven. ``of`` are rows and batches of
    the whole where the attempt did a part and then read on to the end.
    """

    rows: int
    batches: int
    skipped: int = 0
    doubts: int = 0
    notes: tuple[str, ...] = ()
    of: tuple[int, int] | None = None


def reads_anew(scope: Scope, source: Input) -> bool:
    """Whether an attempt asks the source for everything again: its rows get numbers of their own."""
    return scope == "all" and source == "source"


class Work(Record):
    """One attempt: what it is to do and what has been done.

    ``tries`` counts its starts, ``faults`` those that failed by their source. The two ``…_before`` are
    what earlier attempts left standing when this one does only a part of the source again. ``origin`` is
    the attempt whose reading of the source numbers rows and batches, ``since`` the one that last began with
    all of them, ``whole`` what was found at the end of the source where an earlier attempt has reached it.
    """

    attempt: int = 1
    scope: Scope = "all"
    input: Input = "source"
    tries: int = 0
    faults: int = 0
    done: Ranges = Ranges()
    counts: Counts = Counts()
    warned: int = 0
    source: SourceFacts | None = None
    rejected_before: int = 0
    doubts_before: int = 0
    origin: int = 1
    since: int = 1
    whole: SourceFacts | None = None

    @property
    def totals(self) -> Counts:
        """The verdicts so far; rows of the source that are in no batch count as skipped."""
        return self.counts + Counts(skipped=self.source.skipped) if self.source else self.counts

    @property
    def rejected(self) -> int:
        """Rows that stand rejected by now; those that are loaded again were among them."""
        again = self.counts.total if self.scope == "rejected" else 0
        return max(self.rejected_before - again, 0) + self.counts.rejected

    @property
    def doubts(self) -> int:
        return self.doubts_before + (self.source.doubts if self.source else 0)

    @property
    def all_in(self) -> bool:
        """Every batch that was cut has been imported.

        A part of a source keeps the batch numbers it had, with gaps, so that there only their
        count can be asked for.
        """
        if self.source is None:
            return False
        if self.scope == "all":
            return self.done.covers(self.source.batches) or len(self.done) > self.source.batches
        return len(self.done) >= self.source.batches

    @property
    def complete(self) -> bool:
        """Every row of the source has a verdict, by this attempt or one before."""
        return self.scope == "rejected" or self.all_in

    @property
    def found(self) -> SourceFacts | None:
        """What the end of the source was like, where an attempt of this origin has reached it."""
        if self.source is None:
            return self.whole
        if self.scope == "all":
            return self.source
        if self.source.of is None:
            return self.whole
        rows, batches = self.source.of
        return self.source.model_copy(update={"rows": rows, "batches": batches, "of": None})


class Absent(Record):
    """Nothing was submitted under this id, though somebody may have asked for something."""

    name: Literal["absent"] = "absent"
    seq: int = 0


class _Known(Record):
    seq: int
    about: About
    work: Work


class Pending(_Known):
    """The attempt waits for its turn (в очереди)."""

    name: Literal["pending"] = "pending"


class Running(_Known):
    """Workers may read and import (выполняется)."""

    name: Literal["running"] = "running"


class Retrying(_Known):
    """A try failed, the next is due at ``at``; batches already cut go on being imported meanwhile."""

    name: Literal["retrying"] = "retrying"
    at: datetime
    error: ErrorInfo


class Completed(_Known):
    """Every row has a verdict (выполнена)."""

    name: Literal["completed"] = "completed"
    outcome: Outcome


class Failed(_Known):
    """The attempt ended without success (не выполнена)."""

    name: Literal["failed"] = "failed"
    error: ErrorInfo


class Cancelled(_Known):
    """Somebody stopped it (остановлена)."""

    name: Literal["cancelled"] = "cancelled"


class Undoing(_Known):
    """Its rows are being given back; ``was`` is how it had ended."""

    name: Literal["undoing"] = "undoing"
    was: Status
    force: bool = False


class Undone(_Known):
    """Its rows were given back (загрузка отменена)."""

    name: Literal["undone"] = "undone"
    was: Status


class Purged(Record):
    """Removed from the lists: nothing can be asked of it any more."""

    name: Literal["purged"] = "purged"
    seq: int


Active = Pending | Running | Retrying
Ended = Completed | Failed | Cancelled
Known = Active | Ended | Undoing | Undone
State = Absent | Known | Purged

_STATE: TypeAdapter[State] = TypeAdapter(Annotated[State, Field(discriminator="name")])


def dump(state: State) -> dict[str, Any]:
    """As JSON; a task of 10,000 finished batches in under 1 KB."""
    return state.model_dump(mode="json")


def load(document: dict[str, Any]) -> State:
    """The state that ``dump`` wrote."""
    return _STATE.validate_python(document)


def known_status(state: Known) -> Status:
    """The word that people see; a task between two tries runs, as far as they are concerned."""
    match state:
        case Pending():
            return "pending"
        case Running() | Retrying():
            return "running"
        case Completed():
            return "completed"
        case Failed():
            return "failed"
        case Cancelled():
            return "cancelled"
        case Undoing() | Undone():
            return state.was
        case _ as never:
            assert_never(never)


def status_of(state: State) -> Status | None:
    """The word that people see; None for what is in no list."""
    return None if isinstance(state, Absent | Purged) else known_status(state)
