"""Rejected rows as the API shows them and takes them back."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.problems import FieldError
from jobs.correcting import LONGEST_NAME, MOST_FIELDS

FieldName = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]


class RejectInfo(BaseModel):
    """A source row that was not used: which, what in it, why. ``row_no`` counts rows of data; ``sheet_row``
    is where a table has it, titles and header counted. ``corrected`` is the row as somebody has corrected it
    since this rejection, ``corrections`` how often that happened (what ``expected`` takes); ``current`` is
    false where a later attempt has another verdict on the row."""

    attempt: int
    batch_no: int
    row_no: int
    sheet_row: int | None
    raw: dict[str, Any]
    field: str | None
    value: str | None
    code: str
    message: str
    fingerprint: str
    rejected_at: datetime
    current: bool
    corrections: int
    corrected: dict[str, Any] | None
    corrected_by: str | None
    corrected_at: datetime | None


class RejectList(BaseModel):
    items: list[RejectInfo]
    next_cursor: str | None


class RejectGroup(BaseModel):
    """Rows rejected for one cause (``fingerprint``): the field at fault and the code."""

    fingerprint: str
    code: str
    message: str
    field: str | None
    rows: int = Field(ge=1)
    corrected: int = Field(ge=0, description="How many of them have a correction that waits to be loaded.")


class TaskRejectGroup(RejectGroup):
    some_rows: list[int] = Field(description="The first row numbers.")


class TaskRejectGroups(BaseModel):
    items: list[TaskRejectGroup]
    next_cursor: str | None


class RejectGroupOfAll(RejectGroup):
    """The same cause over all tasks; ``some_tasks`` are the newest that have it."""

    tasks: int
    kinds: list[str]
    some_tasks: list[UUID]
    latest_at: datetime


class RejectGroupsOfAll(BaseModel):
    items: list[RejectGroupOfAll]
    next_cursor: str | None


class RowCorrection(BaseModel):
    """The fields of the row that change; the others stay. ``expected`` is ``corrections`` of the row as its
    author has seen it, ``attempt`` its ``attempt``: what has moved on since is refused."""

    model_config = ConfigDict(extra="forbid")

    fields: dict[FieldName, Any] = Field(min_length=1, max_length=MOST_FIELDS)
    expected: int = Field(default=0, ge=0, lt=2**31, strict=True)
    attempt: int | None = Field(default=None, ge=1, lt=2**31, strict=True)


class CorrectionInfo(BaseModel):
    """One correction of a row, the ``number``-th; ``raw`` is the whole row. ``published`` is false while its
    events wait for Kafka: it is safe, and will be told of."""

    number: int
    attempt: int
    row_no: int
    raw: dict[str, Any]
    corrected_by: str
    corrected_at: datetime
    published: bool


class CorrectionList(BaseModel):
    items: list[CorrectionInfo]
    next_cursor: str | None


class RowProblem(FieldError):
    """What stands in the way of one row of the file; ``line`` counts rows of the sheet, its header is 1."""

    line: int
    row_no: int | None
    code: str


class CorrectionReport(BaseModel):
    """What the file says: ``rows`` in it, how many of them ``differ``. ``corrected`` is how many were
    accepted: all that differ, or none in a dry run. ``problems`` are the first 100."""

    dry_run: bool
    rows: int
    differ: int
    corrected: int
    problems: list[RowProblem]
    problems_total: int
    published: bool
    message: str
