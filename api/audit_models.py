"""What the audit trail gives: events, attempts, batches, rejected rows, transactions."""

from datetime import date as Day
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from api.models import Direction, Money, Outcome, TaskCounts, TaskError
from projections.view import Status

# As the counts of a task, said of one row that is yet to come.
Verdict = Literal["create", "update", "unchanged", "duplicate", "reject", "retract", "skip"]
VERDICT_OF: dict[str, Verdict] = {
    "created": "create",
    "updated": "update",
    "unchanged": "unchanged",
    "duplicate": "duplicate",
    "rejected": "reject",
    "retracted": "retract",
    "skipped": "skip",
}


class EventInfo(BaseModel):
    """One event as it stands in the log; ``causation_id`` names the event it follows from."""

    position: str
    id: str
    type: str
    time: datetime
    actor: str
    actor_name: str | None
    correlation_id: str
    causation_id: str | None
    source: str
    data: dict[str, Any]
    number: int = Field(description="Its place in the task's chain, from 1.")
    hash: str = Field(description="SHA-256 over the hash before it and this event.")
    repeated: bool = Field(description="Delivered again: it changed nothing.")


class EventList(BaseModel):
    items: list[EventInfo]
    next_cursor: str | None


class AuditEvent(BaseModel):
    """An event of any task, or a read by somebody, which has neither position nor hash."""

    position: str | None
    task_id: UUID | None
    kind: str | None
    id: str
    type: str
    time: datetime
    actor: str
    actor_name: str | None
    correlation_id: str
    causation_id: str | None
    source: str
    data: dict[str, Any]
    number: int | None
    hash: str | None
    repeated: bool


class AuditEventList(BaseModel):
    items: list[AuditEvent]
    next_cursor: str | None


class RootInfo(BaseModel):
    """A signature under the chains of one partition, see ``audit.root_signed.v1``."""

    partition: int
    number: int
    first: int
    last: int
    tasks: int
    root: str
    previous: str
    at: str
    key: str
    signature: str
    published: bool


class RootList(BaseModel):
    items: list[RootInfo]
    next_cursor: str | None


class AttemptInfo(BaseModel):
    """One run over the source. ``totals`` are the control totals per account, where it carries any;
    ``origin`` is the attempt whose reading of the source numbers the rows; ``version`` is the code's."""

    attempt: int
    status: Status
    outcome: Outcome | None
    scope: str
    input: str
    origin: int
    requested_by: str
    version: str | None
    tries: int
    worker: str | None
    rows: int | None
    batches: int | None
    counts: TaskCounts
    skipped: int = Field(
        description="Rows of the source that are in no batch: folders, groups and their sums."
    )
    totals: list[dict[str, Any]]
    notes: list[str]
    error: TaskError | None
    queued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class AttemptList(BaseModel):
    items: list[AttemptInfo]
    next_cursor: str | None


class BatchInfo(TaskCounts):
    """One batch: imported once, whatever happened to its importer."""

    attempt: int
    batch_no: int
    rows: int
    elapsed_ms: int
    worker: str
    imported_at: datetime
    position: str


class BatchList(BaseModel):
    items: list[BatchInfo]
    next_cursor: str | None


class PreviewRow(BaseModel):
    """What a dry run says of a source row: what would become of it, under which key, and why. ``before``: in
    a real run that was started from a preview, what that had said."""

    row: int
    verdict: Verdict
    before: Verdict | None
    key: str
    code: str | None
    message: str | None
    field: str | None
    value: str | None


class PreviewList(BaseModel):
    items: list[PreviewRow]
    next_cursor: str | None


class Counterparty(BaseModel):
    name: str
    inn: str
    kpp: str
    account: str


class ContractorRef(BaseModel):
    id: UUID
    name: str


class BankTransactionInfo(BaseModel):
    """A bank transaction as imported. ``amount`` is positive; ``direction`` says which way it went;
    ``contractor`` is who has the counterparty's ИНН and КПП, or its ИНН alone where only one has it;
    ``same_as`` is the transaction of the other source that a person has said to be this very payment."""

    id: UUID
    number: str
    date: Day
    booked_on: Day
    direction: Direction
    amount: Money = Field(examples=["81184.00"])
    currency: str
    account: str
    counterparty: Counterparty
    contractor: ContractorRef | None
    purpose: str
    category: str | None
    classified_by: str | None
    confidence: float | None
    same_as: UUID | None
    task_id: UUID
    row_no: int


class BankTransactionList(BaseModel):
    items: list[BankTransactionInfo]
    next_cursor: str | None
