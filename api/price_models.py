"""What the price desk takes and gives."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from api.models import EARLIEST, LATEST, Day
from jobs.kinds.recalculate import DEFAULT_DAYS

Method = Literal["weighted_avg", "median", "latest", "manual"]
PricelistKind = Literal["estimate", "warehouse", "competitor"]
QuoteKind = Literal["supplier", "competitor"]


def written(amount: Decimal) -> str:
    """With two decimals at least, six at most: ``12.50``, ``0.123456``."""
    whole, _, fraction = f"{amount:f}".partition(".")
    return f"{whole}.{fraction.rstrip('0').ljust(2, '0')}"


Price = Annotated[Decimal, PlainSerializer(written, return_type=str, when_used="json")]
Quantity = Annotated[
    Decimal,
    PlainSerializer(
        lambda amount: f"{amount.normalize():f}" if amount else "0", return_type=str, when_used="json"
    ),
]
Text = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Id = Annotated[int, Field(ge=1, lt=2**63)]


class Paged(BaseModel):
    """What every list takes."""

    model_config = ConfigDict(extra="forbid")

    cursor: str | None = Field(default=None, max_length=500)
    limit: int = Field(default=50, ge=1, le=500)

    def filters(self) -> dict[str, Any]:
        return self.model_dump(exclude={"cursor", "limit"})


class Moment(BaseModel):
    """Which quotes count: those of ``days`` days up to and including ``as_of`` (default today)."""

    model_config = ConfigDict(extra="forbid")

    as_of: Day | None = Field(default=None, ge=EARLIEST, le=LATEST)
    days: int = Field(default=DEFAULT_DAYS, ge=1, le=3_650, strict=True)


class RecalculateRequest(Moment):
    """Prices of all components. ``dry_run`` writes none and says which would change."""

    dry_run: bool = Field(default=False, strict=True)


class PricelistRequest(Moment):
    """``estimate`` = recalculated prices, ``warehouse`` = weighted cost of what is in stock, ``competitor``
    = median of competitors' quotes; all in ``currency`` by the rate of the day."""

    kind: PricelistKind
    currency: Currency = "RUB"


class PriceChange(BaseModel):
    """A price that changed, and what the new one was made of."""

    old: Price | None
    new: Price
    currency: str
    method: Method
    inputs: dict[str, Any]
    task_id: UUID
    at: datetime


class ComponentInfo(BaseModel):
    """A component (номенклатура); ``price`` is what the last recalculation found."""

    id: int
    code: str
    name: str
    vendor: str
    category: str
    unit: str
    method: Method
    manual_price: Price | None
    coefficient: Quantity
    rounding: Quantity
    currency: str
    price: Price | None
    priced_at: datetime | None
    task_id: UUID
    row_no: int


class ComponentDetails(ComponentInfo):
    """``history`` has the latest 100 changes, newest first."""

    history: list[PriceChange]


class ComponentList(BaseModel):
    items: list[ComponentInfo]
    next_cursor: str | None


class QuoteInfo(BaseModel):
    id: int
    component_id: int
    code: str
    supplier: str
    kind: QuoteKind
    price: Price
    currency: str
    quantity: Quantity
    day: date
    task_id: UUID
    row_no: int


class QuoteList(BaseModel):
    items: list[QuoteInfo]
    next_cursor: str | None


class PartNumberInfo(BaseModel):
    """``task_id`` is null where a person mapped it."""

    id: UUID
    vendor: str
    number: str
    component_id: int
    code: str
    task_id: UUID | None
    row_no: int | None


class PartNumberList(BaseModel):
    items: list[PartNumberInfo]
    next_cursor: str | None


class PartNumberRequest(BaseModel):
    """A vendor's number belongs to the component with ``code``; ``replace`` takes it from another one."""

    model_config = ConfigDict(extra="forbid")

    number: Text
    code: Text
    vendor: str = Field(default="", max_length=200, pattern=r"^[^\x00]*$")
    replace: bool = Field(default=False, strict=True)


class RateInfo(BaseModel):
    """Roubles for one unit of ``currency`` from ``day`` on."""

    currency: str
    day: date
    rate: Price
    task_id: UUID
    row_no: int


class RateList(BaseModel):
    items: list[RateInfo]
    next_cursor: str | None


class StockInfo(BaseModel):
    id: int
    component_id: int
    code: str
    number: str
    warehouse: str
    lot: str
    unit: str
    quantity: Quantity
    unit_cost: Price | None
    currency: str
    received: date | None
    task_id: UUID
    row_no: int


class StockList(BaseModel):
    items: list[StockInfo]
    next_cursor: str | None
