"""What a task can be: a union of frozen records. Each carries ``seq``, the last lifecycle event in it."""

from datetime import datetime
from typing import Annotated, Any, Literal, assert_never

from pydantic import Field, TypeAdapter

from domain.work import Work
from events.base import Record
from events.records import ErrorInfo, Outcome, Priority

Status = Literal["pending", "running", "completed", "failed", "cancelled"]


class About(Record):
    """What was submitted, as far as later decisions depend on it. A ``shadow`` is a dry run of what another
    task has recorded."""

    kind: str
    priority: Priority = "normal"
    dry_run: bool = False
    shadow: bool = False


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
