"""What the syncs with 1C take."""

from pydantic import BaseModel, ConfigDict, Field

from api.closing import ClosedPeriodReason
from api.models import EARLIEST, LATEST, Day


class AsyncSyncRequest(BaseModel):
    """A period of 1C, both days included (by 1C's calendar). Without days, or with ``since_last``: from the
    day that the last completed sync saw, less an overlap for what was changed behind it, until today."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"date_from": "2025-03-01", "date_to": "2025-03-31", "auto_classify": True},
                {"since_last": True},
            ]
        },
    )

    date_from: Day | None = Field(default=None, ge=EARLIEST, le=LATEST)
    date_to: Day | None = Field(default=None, ge=EARLIEST, le=LATEST)
    since_last: bool = Field(default=False, strict=True)
    auto_classify: bool = Field(default=True, strict=True)
    dry_run: bool = Field(default=False, strict=True)
    closed_period_reason: ClosedPeriodReason = None


class ContractorsSyncRequest(BaseModel):
    """All contractors of 1C: there is nothing to choose."""

    model_config = ConfigDict(extra="forbid")

    dry_run: bool = Field(default=False, strict=True)
