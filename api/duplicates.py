"""``/bank-transactions/{id}/duplicates``: the same payment in two sources, and what a person says of it."""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from api import shown
from api.audit_models import BankTransactionInfo
from api.context import ContextDep, LanguageDep, Reading
from api.deciding import Decision, DecisionInfo, Said, settle
from api.problems import Problem
from api.responses import reads, starts
from api.security import Manager, Reader
from infra.wording import Language, word
from projections.queries import duplicates

router = APIRouter(tags=["bank transactions"], prefix="/bank-transactions")


class PossibleDuplicate(BaseModel):
    """A transaction of the other source with the same money within two days. ``open``: it waits for a
    person."""

    rule: Literal["possible_duplicate"] = "possible_duplicate"
    message: str
    transaction: BankTransactionInfo
    file_name: str | None
    days_apart: int
    same_number: bool
    same_inn: bool
    open: bool
    decision: DecisionInfo | None


class RepeatedRow(BaseModel):
    """A row of another file that was this very transaction: counted as ``duplicate``, not stored again."""

    rule: Literal["same_fingerprint"] = "same_fingerprint"
    message: str
    task_id: UUID
    row_no: int
    file_name: str | None


class DuplicateInfo(BaseModel):
    possible: list[PossibleDuplicate]
    repeated: list[RepeatedRow]


class DecisionRequest(BaseModel):
    """``same``: one payment, told by the bank and by 1C. ``different``: two payments that look alike."""

    model_config = ConfigDict(extra="forbid")

    decision: Decision


@router.get("/{transaction_id:uuid}/duplicates", responses=reads(404))
async def get_duplicates(
    transaction_id: UUID, _: Reader, connection: Reading, language: LanguageDep
) -> DuplicateInfo:
    """Why this transaction may be there twice: the likeliest first, at most 100 of each rule."""
    found = await duplicates.of(connection, transaction_id)
    if found is None:
        raise _unknown(transaction_id)
    repeated = [RepeatedRow(message=word("same_fingerprint", row, language), **row) for row in found.repeated]
    return DuplicateInfo(possible=[_possible(row, language) for row in found.possible], repeated=repeated)


@router.post("/{transaction_id:uuid}/duplicates/{other_id:uuid}/decision", responses=starts(404, 409))
async def decide(
    transaction_id: UUID, other_id: UUID, wanted: DecisionRequest, user: Manager, context: ContextDep
) -> DecisionInfo:
    """Say whether two transactions are one payment. Neither leaves the lists; what was said before stays in
    the history, the latest counts."""
    said = Said(transaction_id, other_id, wanted.decision)
    async with context.engine.begin() as connection:
        [settled] = await settle(connection, [said], user)
    if settled.result == "pair_unknown":
        raise Problem(404, "pair_unknown", field="other_id", one=str(transaction_id), other=str(other_id))
    if settled.result == "already_paired" or settled.decision is None:
        raise Problem(409, "already_paired", field="decision")
    return settled.decision


def _possible(row: Mapping[str, Any], language: Language) -> PossibleDuplicate:
    transaction = shown.transaction_info(row)
    told = {"number": transaction.number, "day": transaction.booked_on.isoformat()}
    decision = (
        DecisionInfo(**{name: row[name] for name in DecisionInfo.model_fields}) if row["decision"] else None
    )
    return PossibleDuplicate(
        message=word("possible_duplicate", told, language),
        transaction=transaction,
        decision=decision,
        **{name: row[name] for name in ("file_name", "days_apart", "same_number", "same_inn", "open")},
    )


def _unknown(transaction_id: UUID) -> Problem:
    return Problem(404, "transaction_unknown", field="transaction_id", transaction_id=str(transaction_id))
