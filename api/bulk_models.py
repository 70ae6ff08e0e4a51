"""What bulk operations take and give."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.closing import ClosedPeriodReason
from api.models import Moment, Outcome
from domain.bulk import Action
from events.tasks import Input, Scope
from projections.view import Status

Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]*$")]


class BulkFilter(BaseModel):
    """As ``GET /tasks`` filters; at least one must be given. ``created_to`` is excluded."""

    model_config = ConfigDict(extra="forbid")

    status: list[Status] = Field(default=[], max_length=5)
    kind: list[Name] = Field(default=[], max_length=20)
    outcome: list[Outcome] = Field(default=[], max_length=3)
    submitted_by: Name | None = None
    created_from: Moment | None = None
    created_to: Moment | None = None
    failure: Name | None = None


class BulkAction(BaseModel):
    """``scope`` and ``input`` are of a replay (no scope: what suits each task), ``force`` is of an undo."""

    model_config = ConfigDict(extra="forbid")

    action: Action
    scope: Scope | None = None
    input: Input | None = None
    force: bool = False


class BulkPreviewRequest(BulkAction):
    filter: BulkFilter


class BulkTargetSample(BaseModel):
    task_id: UUID
    would: Literal["asked", "skipped"]
    reason: str | None


class BulkPreview(BaseModel):
    """``selection`` names exactly these tasks from now on; ``position`` is where the read models stood.
    ``skipped`` counts by reason. ``sample``: the first 20."""

    selection: str
    position: str
    tasks: int
    asked: int
    skipped: dict[str, int]
    sample: list[BulkTargetSample]
    message: str


class BulkRequest(BulkAction):
    """``selection`` of a preview; ``rate`` requests a second. ``closed_period_reason`` goes with each replay
    or undo."""

    selection: str = Field(pattern=r"^[0-9a-f]{64}$")
    rate: int = Field(default=10, ge=1, le=100)
    dry_run: bool = False
    closed_period_reason: ClosedPeriodReason = None


class BulkTarget(BaseModel):
    """``result``: ``skipped`` (``reason`` says why), ``waiting`` (to be published), ``asked``, ``accepted``,
    ``refused`` (``reason``). ``status`` is how the task stands now."""

    row_no: int
    task_id: UUID
    kind: str | None
    status: Status | None
    outcome: Outcome | None
    result: Literal["skipped", "waiting", "asked", "accepted", "refused"]
    reason: str | None
    asked_at: datetime | None


class BulkTargets(BaseModel):
    items: list[BulkTarget]
    next_cursor: str | None
