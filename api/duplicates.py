"""``/bank-transactions/{id}/duplicates``: the same payment in two sources, and what a person says of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from api import shown
from api.audit_models import BankTransactionInfo
from api.context import ContextDep, LanguageDep, Reading
from api.problems import Problem
from api.responses import reads, starts
from api.security import Manager, Reader
from infra.wording import Language, word
from projections.queries import duplicates

router = APIRouter(tags=["bank transactions"], prefix="/bank-transactions")

_CURRENT = """
SELECT d.decision, u.name AS decided_by, d.decided_at FROM duplicate_decision d
LEFT JOIN users u ON u.id = d.decided_by WHERE d.current AND d.file_id = :file AND d.onec_id = :onec
"""
# With what was said of this pair ends what binds one of both to a partner that 1C has taken back.
_SUPERSEDE = """
UPDATE duplicate_decision d SET current = false
WHERE d.current AND ((d.file_id = :file AND d.onec_id = :onec)
    OR (d.decision = 'same' AND d.file_id = :file AND EXISTS (
        SELECT FROM bank_transaction p WHERE p.id = d.onec_id AND p.retracted))
    OR (d.decision = 'same' AND d.onec_id = :onec AND NOT EXISTS (
        SELECT FROM bank_transaction p WHERE p.id = d.file_id AND NOT p.retracted)))
"""
_DECIDE = """
INSERT INTO duplicate_decision (file_id, onec_id, decision, decided_by) VALUES (:file, :onec, :decision, :by)
RETURNING decision, decided_at
"""


class DecisionInfo(BaseModel):
    """What a person said of a pair, who, and when."""

    decision: Literal["same", "different"]
    decided_by: str | None
    decided_at: datetime


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

    decision: Literal["same", "different"]


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
    async with context.reading.connect() as connection:
        pair = await duplicates.pair(connection, transaction_id, other_id)
    if pair is None:
        raise Problem(404, "pair_unknown", field="other_id", one=str(transaction_id), other=str(other_id))
    values = {"file": pair[0], "onec": pair[1], "decision": wanted.decision, "by": user.id}
    try:
        async with context.engine.begin() as connection:
            return await _decided(connection, values, user.name)
    except IntegrityError as error:
        raise Problem(409, "already_paired", field="decision") from error


async def _decided(connection: AsyncConnection, values: dict[str, Any], author: str) -> DecisionInfo:
    known = (await connection.execute(text(_CURRENT), values)).mappings().one_or_none()
    if known is not None and known["decision"] == values["decision"]:
        return DecisionInfo(**known)
    await connection.execute(text(_SUPERSEDE), values)
    row = (await connection.execute(text(_DECIDE), values)).one()
    return DecisionInfo(decision=row.decision, decided_by=author, decided_at=row.decided_at)


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
