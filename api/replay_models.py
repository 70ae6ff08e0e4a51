"""What a replay takes and gives, as it is named in the OpenAPI document."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from api.closing import ClosedPeriodReason
from api.models import AsyncSyncResponse, Outcome, TaskCounts
from events.tasks import Input, Scope
from projections.view import Status


class ReplayRequest(BaseModel):
    """``all`` = everything again, ``unfinished`` = what has no outcome yet, ``rejected`` = the rejected rows,
    with their corrections; ``recorded`` = as it was read, ``source`` = asked for again."""

    model_config = ConfigDict(extra="forbid")

    scope: Scope | None = None
    input: Input | None = None
    closed_period_reason: ClosedPeriodReason = None


class ReplayResponse(AsyncSyncResponse):
    """``attempt``, ``scope`` and ``input`` are null while the request has no answer yet."""

    attempt: int | None = None
    scope: Scope | None = None
    input: Input | None = None


class AttemptSide(BaseModel):
    """One of two attempts that are compared."""

    attempt: int
    status: Status
    outcome: Outcome | None
    scope: str
    input: str
    origin: int
    version: str | None
    rows: int | None
    counts: TaskCounts


class DiffBatches(BaseModel):
    """How many batches only one of them did, both did, and both with different verdicts."""

    only_first: int
    only_second: int
    both: int
    different: int


class DiffRows(BaseModel):
    """Rows that the second accepted, that it rejected, and that both rejected for different reasons."""

    accepted: int
    rejected: int
    reason: int


class RowReason(BaseModel):
    code: str
    message: str
    field: str | None
    value: str | None


class DiffRow(BaseModel):
    """A row whose verdicts differ; null on the side that did not reject it."""

    row_no: int
    change: Literal["accepted", "rejected", "reason"]
    first: RowReason | None
    second: RowReason | None


class AttemptDiff(BaseModel):
    """``counts`` are the second's less the first's."""

    first: AttemptSide
    second: AttemptSide
    counts: dict[str, int]
    batches: DiffBatches
    rows: DiffRows
    items: list[DiffRow]
    next_cursor: str | None
