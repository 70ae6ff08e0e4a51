"""What choosing, training and re-classifying take and give."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.closing import ClosedPeriodReason
from api.models import EARLIEST, LATEST, Day
from api.rule_models import Category
from jobs.classify import THRESHOLD

MOST_CHOSEN = 500
Threshold = Annotated[float, Field(ge=0.5, le=1.0, strict=True)]


class CategoryChoice(BaseModel):
    """The category that a person chooses for a transaction, or confirms."""

    model_config = ConfigDict(extra="forbid")

    category: Category


class CategoryConfirm(BaseModel):
    """Confirm what was decided for these transactions, or give them all ``category``."""

    model_config = ConfigDict(extra="forbid")

    ids: list[UUID] = Field(min_length=1, max_length=MOST_CHOSEN)
    category: Category | None = None


class Chosen(BaseModel):
    """What became of one: ``confirmed`` (the category stays), ``changed``, ``unchanged`` (a person had chosen
    it already), ``unclassified`` (there was nothing to confirm) or ``unknown``."""

    id: UUID
    result: Literal["confirmed", "changed", "unchanged", "unclassified", "unknown"]
    category: str | None


class ChosenList(BaseModel):
    """In the order of the ids that were asked for."""

    items: list[Chosen]


class ChoiceInfo(BaseModel):
    """A choice of a person, and what stood there before."""

    id: int
    category: str
    was: str | None
    was_by: str | None
    was_confidence: float | None
    author: str
    author_name: str | None
    at: datetime


class ChoiceList(BaseModel):
    items: list[ChoiceInfo]
    next_cursor: str | None


class CategoryInfo(BaseModel):
    """A category (статья): transactions that have it, those that a person chose, rules that give it."""

    category: str
    transactions: int
    confirmed: int
    rules: int


class CategoryList(BaseModel):
    items: list[CategoryInfo]


class ReclassifyRequest(BaseModel):
    """Booking dates, both included. ``dry_run`` changes nothing and says of each transaction what would
    become of it (``GET /tasks/{id}/preview``)."""

    model_config = ConfigDict(extra="forbid")

    date_from: Annotated[Day, Field(ge=EARLIEST, le=LATEST)]
    date_to: Annotated[Day, Field(ge=EARLIEST, le=LATEST)]
    dry_run: bool = Field(default=False, strict=True)
    closed_period_reason: ClosedPeriodReason = None


class TrainRequest(BaseModel):
    """``threshold``: from how sure on the model decides. Without ``activate`` the version is only made."""

    model_config = ConfigDict(extra="forbid")

    threshold: Threshold = THRESHOLD
    activate: bool = Field(default=True, strict=True)


class ActivateRequest(BaseModel):
    """Another ``threshold`` for this version; without one it keeps its own."""

    model_config = ConfigDict(extra="forbid")

    threshold: Threshold | None = None


class QualityInfo(BaseModel):
    """Of texts that were not learned from: how many are as sure as ``confidence``, and how many of those
    are right."""

    confidence: float
    coverage: float
    precision: float | None


class LearnedCategory(BaseModel):
    category: str
    transactions: int


class ModelInfo(BaseModel):
    """A version of the text model. It has learned from ``transactions`` that persons confirmed, ``texts`` of
    them different but for numbers; ``accuracy``, ``coverage`` and ``precision`` (at the threshold it was
    trained for) are by cross-validation in five parts."""

    version: int
    active: bool
    threshold: float
    task_id: UUID
    created_at: datetime
    activated_at: datetime | None
    activated_by_name: str | None
    transactions: int
    texts: int
    categories: list[LearnedCategory]
    accuracy: float
    coverage: float
    precision: float | None
    quality: list[QualityInfo]
    temperature: float
    bytes: int


class ModelList(BaseModel):
    items: list[ModelInfo]
    next_cursor: str | None
