"""What rules of classification are made of, and what a try-out says."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.models import Direction, Money
from api.price_models import Text

MOST_TRIED = 5_000
# Blanks around it are none of its name, and blanks alone are no category.
Category = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=r"^[^\x00]*$")
]
Amount = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=2)]
Version = Annotated[int, Field(ge=1, lt=2**31, strict=True)]
Inn = Annotated[str, Field(pattern=r"^([0-9]{10}|[0-9]{12})$")]
Account = Annotated[str, Field(pattern=r"^[0-9A-Z]{5,34}$")]


class RuleFields(BaseModel):
    """Where every condition that is set holds, the transaction gets ``category``. ``purpose`` is a part of
    the text, or where ``is_pattern`` a pattern without look-around and back references; both without case,
    ё as е. Lower ``priority`` comes first; a rule without ``stop`` lets a later one decide instead."""

    model_config = ConfigDict(extra="forbid")

    category: Category
    name: str = Field(default="", max_length=200, pattern=r"^[^\x00]*$")
    priority: int = Field(default=100, ge=0, le=1_000_000, strict=True)
    inn: Inn | None = None
    account: Account | None = None
    direction: Direction | None = None
    purpose: Text | None = None
    is_pattern: bool = Field(default=False, strict=True)
    amount_from: Amount | None = None
    amount_to: Amount | None = None
    stop: bool = Field(default=True, strict=True)
    enabled: bool = Field(default=True, strict=True)


class RuleChange(RuleFields):
    """A rule as it shall be; ``version`` is the one that was looked at, so that nobody's change is lost."""

    version: Version


class RuleInfo(BaseModel):
    """A rule as it stands. Its changes: ``GET /classification-rules/{id}/history``."""

    id: UUID
    version: int
    category: str
    name: str
    priority: int
    inn: str | None
    account: str | None
    direction: Direction | None
    purpose: str | None
    is_pattern: bool
    amount_from: Money | None
    amount_to: Money | None
    stop: bool
    enabled: bool
    created_at: datetime
    created_by: str
    created_by_name: str | None
    updated_at: datetime
    updated_by: str
    updated_by_name: str | None


class RuleList(BaseModel):
    items: list[RuleInfo]
    next_cursor: str | None


class RuleHistoryRow(BaseModel):
    """One change: the rule's fields before and after (null where there was none, or is none any more)."""

    id: int
    action: Literal["created", "changed", "deleted"]
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    author: str
    author_name: str | None
    at: datetime


class RuleHistory(BaseModel):
    items: list[RuleHistoryRow]
    next_cursor: str | None


class RuleTry(BaseModel):
    """A rule that is not saved yet, on the ``last`` transactions by booking date. ``rule_id`` names the one
    it is to replace."""

    model_config = ConfigDict(extra="forbid")

    rule: RuleFields
    last: int = Field(default=1_000, ge=1, le=MOST_TRIED, strict=True)
    rule_id: UUID | None = None
    limit: int = Field(default=50, ge=1, le=500, strict=True)


Effect = Literal["changes", "same", "person", "overruled"]


class TriedRow(BaseModel):
    """A transaction for which the rule holds. ``changes``: it would get another category; ``same``: it has
    that one already; ``person``: a person chose, which stays; ``overruled``: an own transfer, or another rule
    decides."""

    id: UUID
    booked_on: date
    number: str
    direction: Direction
    amount: Money
    counterparty_name: str
    purpose: str
    effect: Effect
    category: str | None
    classified_by: str | None
    confidence: float | None
    new_category: str
    new_classified_by: str


class RuleTried(BaseModel):
    """``looked_at`` transactions, for ``matched`` of them the rule holds, each with one effect; ``items``
    are the first ``limit``, those that change before others."""

    looked_at: int
    matched: int
    changes: int
    same: int
    person: int
    overruled: int
    items: list[TriedRow]
