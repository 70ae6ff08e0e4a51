"""What undoing takes and gives."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.closing import ClosedPeriodReason
from domain.undo import Reason

Becomes = Literal["removed", "restored", "becomes_other", "stays"]


class UndoRequest(BaseModel):
    """``force`` takes back also rows that were changed since, or that another import brought as well."""

    model_config = ConfigDict(extra="forbid")

    force: bool = False
    closed_period_reason: ClosedPeriodReason = None


class UndoConflict(BaseModel):
    """A row that cannot simply be given back. ``row`` is its number in the source that it stands for now."""

    row: int | None
    shown: str = Field(description="By what a person knows it: a number, a code, a name.")
    reason: Reason
    message: str
    other_task: UUID | None
    becomes: Becomes


class UndoDates(BaseModel):
    """The first and the last day that rows to be given back are of."""

    first: date
    last: date


class UndoPreview(BaseModel):
    """What an undo would do now, counted exactly; nothing was changed. ``conflicts`` is how many stay or
    become another import's; ``by_reason`` also counts those that ``force`` takes back. ``touched_closed`` of
    those that would change are booked in the closed period."""

    task_id: UUID
    force: bool
    possible: bool
    reason: str | None = Field(description="Why not, as a code.")
    message: str
    removed: int
    restored: int
    conflicts: int
    touched_closed: int
    by_reason: dict[Reason, int]
    dates: UndoDates | None
    items: list[UndoConflict] = Field(description="The conflicts, a page of them.")
    next_cursor: str | None


class UndoInfo(BaseModel):
    """The latest undo of a task. ``total`` rows are looked at; null until they are listed."""

    task_id: UUID
    state: Literal["running", "finished"]
    attempt: int
    force: bool
    accepted_at: datetime
    finished_at: datetime | None
    total: int | None
    done: int
    removed: int
    restored: int
    conflicts: int
    touched_closed: int


class UndoConflictList(BaseModel):
    """Conflicts of the latest undo, in the order in which it met them."""

    items: list[UndoConflict]
    next_cursor: str | None


class UndoResponse(BaseModel):
    """What was answered to a request to undo."""

    task_id: UUID
    status: str
    message: str
    accepted: bool = Field(description="False where the answer takes longer: the task shows it.")
