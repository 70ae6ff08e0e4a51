"""What a shadow takes and gives, as it is named in the OpenAPI document."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.audit_models import Verdict
from api.closing import ClosedPeriodReason
from api.models import TaskCounts
from domain.shadows import Change
from events.tasks import Input
from jobs.params import Said, TableWishes
from projections.view import Status


class ShadowRequest(TableWishes):
    """How a table is to be read instead, as with its upload: taken, all of it is read from the kept file,
    and nothing of what was said with the upload stays. Left out, the recorded rows are taken as they are."""

    template: Said | None = Field(default=None, min_length=1)


class PromoteRequest(BaseModel):
    """What may be said with a promotion."""

    model_config = ConfigDict(extra="forbid")

    closed_period_reason: ClosedPeriodReason = None


class ShadowChanges(BaseModel):
    """Rows by what would become of them. ``classified`` otherwise are among ``updated``; ``accepted`` stand
    rejected now, ``refused`` are loaded now and would be rejected: neither takes a row away."""

    created: int = 0
    updated: int = 0
    classified: int = 0
    retracted: int = 0
    accepted: int = 0
    refused: int = 0


class ShadowInfo(BaseModel):
    """What a shadow has said so far; all of it when ``status`` is ``completed``. ``rows`` would change, of
    those that are there by ``fields``. ``stale``: why it cannot be promoted any more."""

    task_id: UUID
    shadow_of: UUID
    attempt: int = Field(description="The original's latest attempt when it was asked for.")
    input: Input
    status: Status
    counts: TaskCounts
    rows: int
    changes: ShadowChanges
    fields: dict[str, int]
    stale: str | None
    message: str


class FieldChange(BaseModel):
    """A field of a stored row: what stands there now, and what would; null = nothing."""

    field: str
    now: str | None
    then: str | None


class ShadowRow(BaseModel):
    """A source row of which something would change, and what. ``was`` is ``rejected`` where it is not loaded
    now."""

    row: int
    would: list[Change]
    verdict: Verdict
    was: Literal["rejected"] | None
    key: str
    code: str | None
    message: str | None
    field: str | None
    value: str | None
    changes: list[FieldChange]


class ShadowRows(BaseModel):
    items: list[ShadowRow]
    next_cursor: str | None
