"""Values that several events carry: counts, errors, control totals."""

from decimal import Decimal
from typing import Literal, Self

from pydantic import Field

from events.base import Record

VERDICTS = ("created", "updated", "unchanged", "duplicate", "rejected", "retracted", "skipped")

Outcome = Literal["clean", "partial", "undone"]
Priority = Literal["high", "normal", "low"]
Proof = Literal["adds_up", "differs", "unproven", "not_stated"]


class Counts(Record):
    """How many source rows ended in each verdict; the seven always add up to the rows read."""

    created: int = Field(default=0, ge=0)
    updated: int = Field(default=0, ge=0)
    unchanged: int = Field(default=0, ge=0)
    duplicate: int = Field(default=0, ge=0)
    rejected: int = Field(default=0, ge=0)
    retracted: int = Field(default=0, ge=0)
    skipped: int = Field(default=0, ge=0)

    @property
    def total(self) -> int:
        return (
            self.created
            + self.updated
            + self.unchanged
            + self.duplicate
            + self.rejected
            + self.retracted
            + self.skipped
        )

    def __add__(self, other: Self) -> Self:
        # By name and not over all fields: the projection adds up once an event, and that is half the time.
        return type(self)(
            created=self.created + other.created,
            updated=self.updated + other.updated,
            unchanged=self.unchanged + other.unchanged,
            duplicate=self.duplicate + other.duplicate,
            rejected=self.rejected + other.rejected,
            retracted=self.retracted + other.retracted,
            skipped=self.skipped + other.skipped,
        )


class ErrorInfo(Record):
    """Why something failed, as a code and arguments; words are made when somebody reads it.

    ``args`` carry numbers and names of things, never row data: a text that came from outside
    (1C's message, say) is kept in PostgreSQL and only ``detail_id`` points to it.
    """

    code: str
    args: dict[str, str | int] = Field(default_factory=dict)
    fingerprint: str
    retryable: bool = False
    detail_id: str | None = None


class ControlTotal(Record):
    """What a statement says of one own account, and what its documents add up to.

    ``account_ref`` is a keyed hash (HMAC) of the account number. Amounts are in the account's
    currency. Turnover and closing balance are judged apart; ``None`` = the statement did not say.
    """

    account_ref: str
    opening_stated: Decimal | None = None
    in_stated: Decimal | None = None
    out_stated: Decimal | None = None
    closing_stated: Decimal | None = None
    in_found: Decimal = Decimal(0)
    out_found: Decimal = Decimal(0)
    unreadable: int = 0
    turnover: Proof = "not_stated"
    closing: Proof = "not_stated"
