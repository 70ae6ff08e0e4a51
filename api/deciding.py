"""What a person says of a pair that may be one payment: kept with author and time, the latest counts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from infra.users import User
from projections.queries import pairs

Decision = Literal["same", "different"]
Result = Literal["decided", "unchanged", "already_paired", "pair_unknown"]

# Two who decide many at once would wait for each other in a circle.
_ONE_AFTER_THE_OTHER = "SELECT pg_advisory_xact_lock(hashtext('duplicate_decision'))"
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

    decision: Decision
    decided_by: str | None
    decided_at: datetime


class Said(NamedTuple):
    """Two transactions, in any order, and what somebody says of them."""

    one: UUID
    other: UUID
    decision: Decision


class Settled(NamedTuple):
    """What became of it; ``decision`` is what holds of the pair now, where that is known."""

    result: Result
    decision: DecisionInfo | None = None


async def settle(connection: AsyncConnection, said: Sequence[Said], author: User) -> list[Settled]:
    """Decide each pair in its turn, within the transaction that is open; one that cannot be decided leaves
    the others as they are. 500 pairs take 0.9 s."""
    await connection.execute(text(_ONE_AFTER_THE_OTHER))
    known = await pairs.decidable(connection, [(one.one, one.other) for one in said])
    return [
        await _settled(connection, known[place], one.decision, author)
        if place in known
        else Settled("pair_unknown")
        for place, one in enumerate(said)
    ]


async def _settled(
    connection: AsyncConnection, pair: tuple[UUID, UUID], decision: Decision, author: User
) -> Settled:
    values: dict[str, Any] = {"file": pair[0], "onec": pair[1], "decision": decision, "by": author.id}
    known = (await connection.execute(text(_CURRENT), values)).mappings().one_or_none()
    if known is not None and known["decision"] == decision:
        return Settled("unchanged", DecisionInfo(**known))
    try:
        async with connection.begin_nested():
            await connection.execute(text(_SUPERSEDE), values)
            row = (await connection.execute(text(_DECIDE), values)).one()
    except IntegrityError:
        return Settled("already_paired", DecisionInfo(**known) if known is not None else None)
    told = DecisionInfo(decision=row.decision, decided_by=author.name, decided_at=row.decided_at)
    return Settled("decided", told)
