"""Why two transactions may be the same payment, and what a person said of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from jobs.kinds.pairs import NEAR_DAYS, SAME_MONEY, STORED, UNDECIDED, UNPAIRED_F, UNPAIRED_O
from projections.queries.transactions import CONTRACTOR, SAME_AS

MOST = 100
_OPEN = f"{UNDECIDED} AND {UNPAIRED_F} AND {UNPAIRED_O}"
# A bank's row is found by its day: there is no index over its account and amount (ADR 11).
_CANDIDATES = f"""
SELECT o.id AS other, ({_OPEN}) AS open
FROM bank_transaction f JOIN bank_transaction o ON {SAME_MONEY}
WHERE f.id = :id AND {STORED}
UNION ALL
SELECT f.id, ({_OPEN})
FROM bank_transaction o JOIN bank_transaction f ON {SAME_MONEY}
    AND f.booked_on BETWEEN o.booked_on - {NEAR_DAYS} AND o.booked_on + {NEAR_DAYS}
WHERE o.id = :id AND {STORED}
"""
_POSSIBLE = f"""
WITH candidate AS ({_CANDIDATES}), known AS (
    SELECT other, open FROM candidate
    UNION
    SELECT CASE WHEN file_id = :id THEN onec_id ELSE file_id END, false
    FROM duplicate_decision WHERE current AND :id IN (file_id, onec_id)
    AND NOT EXISTS (SELECT FROM candidate c WHERE c.other IN (file_id, onec_id))
)
SELECT t.*, c.*, s.*, k.open, i.file_name, abs(t.booked_on - mine.booked_on) AS days_apart,
       t.number = mine.number AS same_number,
       t.counterparty_inn = mine.counterparty_inn AND t.counterparty_inn <> '' AS same_inn,
       d.decision, d.decided_at, u.name AS decided_by
FROM known k JOIN bank_transaction t ON t.id = k.other JOIN bank_transaction mine ON mine.id = :id
{CONTRACTOR} {SAME_AS}
LEFT JOIN duplicate_decision d ON d.current AND (d.file_id, d.onec_id) IN ((t.id, mine.id), (mine.id, t.id))
LEFT JOIN users u ON u.id = d.decided_by
LEFT JOIN intake i ON i.task_id = t.task_id
ORDER BY k.open DESC, same_number DESC, same_inn DESC, days_apart, t.id LIMIT {MOST}
"""
# The row of a bank's file whose key it is came in this file again.
_REPEATED = f"""
SELECT r.task_id, r.row_no, i.file_name FROM bank_transaction t JOIN repeated_transaction r USING (key)
LEFT JOIN intake i ON i.task_id = r.task_id
WHERE t.id = :id ORDER BY r.task_id, r.row_no LIMIT {MOST}
"""


@dataclass(frozen=True, slots=True)
class Duplicates:
    """``possible`` are transactions of the other source, the likeliest first, with what was decided;
    ``repeated`` are rows of other files that were this very transaction and were not stored again."""

    possible: list[Mapping[str, Any]]
    repeated: list[Mapping[str, Any]]


async def of(connection: AsyncConnection, transaction_id: UUID) -> Duplicates | None:
    """At most 100 of each; None where there is no such transaction."""
    known = await connection.execute(
        text("SELECT 1 FROM bank_transaction WHERE id = :id"), {"id": transaction_id}
    )
    if known.one_or_none() is None:
        return None
    possible = await connection.execute(text(_POSSIBLE), {"id": transaction_id})
    repeated = await connection.execute(text(_REPEATED), {"id": transaction_id})
    return Duplicates([dict(row) for row in possible.mappings()], [dict(row) for row in repeated.mappings()])
