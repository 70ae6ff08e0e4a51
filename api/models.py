"""What the API takes and gives, as it is named in the OpenAPI document."""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

from projections.view import Status


def _written_out(shape: re.Pattern[str]) -> Callable[[object], object]:
    """Only the ISO form: Pydantic alone would take 0 for the first of January 1970."""

    def check(value: object) -> object:
        if isinstance(value, str) and shape.match(value):
            return value
        raise ValueError("must be written as in ISO 8601")

    return check


Day = Annotated[date, BeforeValidator(_written_out(re.compile(r"\d{4}-\d{2}-\d{2}$")))]
Moment = Annotated[datetime, BeforeValidator(_written_out(re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")))]

EARLIEST, LATEST = date(1990, 1, 1), date(2199, 12, 31)

Outcome = Literal["clean", "partial", "undone"]
Direction = Literal["in", "out", "transfer", "unknown"]
# Who decided the category; ``none``: nobody has.
How = Literal["person", "transfer", "rule", "source", "history", "model", "preset", "none"]
# Money never becomes a float: a string with its decimals.
Money = Annotated[Decimal, PlainSerializer(lambda amount: f"{amount:.2f}", return_type=str, when_used="json")]


class AsyncSyncResponse(BaseModel):
    """What was accepted; ``GET /tasks/{task_id}`` knows it from now on."""

    task_id: UUID
    status: Status
    message: str


class TaskProgress(BaseModel):
    """``percent`` never goes back within an attempt and is 100 only when the task is completed."""

    percent: int = Field(ge=0, le=100)
    processed: int
    total: int | None
    message: str
    rows_per_second: float | None
    eta_seconds: int | None


class TaskCounts(BaseModel):
    """Each source row's latest verdict; they add up to the rows that have one."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicate: int = 0
    rejected: int = 0
    retracted: int = 0
    skipped: int = 0


class TaskError(BaseModel):
    """Why it failed, or why it is being retried. Equal causes have equal fingerprints."""

    type: str
    message: str
    fingerprint: str


class TaskRetry(BaseModel):
    """The next automatic try: when, how many of ``limit`` were made (0 = for ever, because the cause is
    outside and passes), and what the latest one failed by."""

    at: datetime
    tries: int
    limit: int
    error: TaskError | None = None


class LastAttempt(BaseModel):
    """The latest run of a task that has several: where it fails, the task itself stays as it was."""

    attempt: int
    status: Status
    scope: str
    input: str
    error: TaskError | None


class TaskInfo(BaseModel):
    """A task. ``position`` is its last event in the log, null while only the intake has it.
    ``recorded_until``: until then at least the log keeps what was recorded, from which it may be run again
    (null where that is not wanted: all is well, or it was undone); ``input_expires_soon``: that is within the
    last quarter of the retention, and 7 days at most."""

    id: UUID
    kind: str
    status: Status
    outcome: Outcome | None
    attempt: int
    progress: TaskProgress
    counts: TaskCounts
    params: dict[str, Any]
    about: str | None = Field(description="In words: its file, or the days it is about.")
    result: dict[str, Any] | None
    error: TaskError | None
    retry: TaskRetry | None
    last_attempt: LastAttempt | None = None
    recorded_until: datetime | None = None
    input_expires_soon: bool = False
    dry_run: bool
    shadow_of: UUID | None = Field(default=None, description="The task whose input runs once more.")
    submitted_by: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    position: str | None = Field(description="partition:offset")


class TaskList(BaseModel):
    items: list[TaskInfo]
    next_cursor: str | None


class TaskCountsByStatus(BaseModel):
    """How many tasks there are in each status."""

    pending: int
    running: int
    completed: int
    failed: int
    cancelled: int


class CompactTask(BaseModel):
    """A task as a progress bar needs it, for polling. Failed and stopped tasks are ``error``."""

    id: UUID
    type: str
    status: Literal["running", "completed", "error"]
    progress: int = Field(ge=0, le=100)
    message: str
    result: dict[str, Any] | None
    error: str | None
    created_at: datetime
    done_at: datetime | None
    retry: TaskRetry | None = None


class CleanupRequest(BaseModel):
    """Finished tasks older than this leave the lists; their events stay in the log."""

    model_config = ConfigDict(extra="forbid")

    older_than_days: int = Field(ge=0, le=36_500, strict=True)


class CleanupResponse(BaseModel):
    """``tasks`` were asked to leave; where ``more`` is true ask again for the rest."""

    tasks: int
    more: bool
    message: str


class BankFilter(BaseModel):
    """Query of ``GET /bank-transactions``. Dates are booking dates, both ends included."""

    model_config = ConfigDict(extra="forbid")

    task_id: UUID | None = None
    date_from: Day | None = None
    date_to: Day | None = None
    direction: Direction | None = None
    account: str | None = Field(default=None, max_length=64, pattern=r"^[^\x00]*$")
    amount_from: Decimal | None = Field(default=None, max_digits=18, decimal_places=2)
    amount_to: Decimal | None = Field(default=None, max_digits=18, decimal_places=2)
    category: str | None = Field(default=None, max_length=200, pattern=r"^[^\x00]*$")
    inn: str | None = Field(default=None, max_length=20, pattern=r"^[^\x00]*$")
    classified_by: How | None = None
    contractor_id: UUID | None = None
    possible_duplicate: bool | None = None
    counted_once: bool | None = None
    q: str | None = Field(default=None, min_length=1, max_length=200, pattern=r"^[^\x00]*$")
    cursor: str | None = Field(default=None, max_length=500)
    limit: int = Field(default=50, ge=1, le=500)
