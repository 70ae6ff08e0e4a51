"""Bank transactions as they were imported."""

from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from jobs.kinds.pairs import NEAR_DAYS, OPEN_PAIRS
from projections.queries import paging
from projections.queries.lists import Listing

_CONDITIONS = {
    "task_id": "task_id = :task_id",
    "date_from": "booked_on >= :date_from",
    "date_to": "booked_on <= :date_to",
    "direction": "direction = :direction",
    "account": "(account = :account OR counterparty_account = :account)",
    "amount_from": "amount >= :amount_from",
    "amount_to": "amount <= :amount_to",
    "category": "category = :category",
    "inn": "counterparty_inn = :inn",
    "classified_by": "coalesce(split_part(classified_by, ':', 1), 'none') = :classified_by",
    # Said twice: the first half is an index's, the second is true.
    "contractor_id": (
        "t.counterparty_inn <> '' AND c.contractor_id = :contractor_id"
        " AND t.counterparty_inn = (SELECT inn FROM contractor WHERE id = :contractor_id)"
    ),
    "counted_once": "NOT (:counted_once AND t.data_version IS NULL AND s.same_as IS NOT NULL)",
    "q": "(purpose ILIKE :q OR counterparty_name ILIKE :q OR number ILIKE :q)",
}


# Found when it is looked at, so that it does not matter which of the two was imported first.
CONTRACTOR = """
LEFT JOIN LATERAL (
    SELECT (array_agg(o.id ORDER BY o.kpp = t.counterparty_kpp DESC))[1] AS contractor_id,
           (array_agg(o.name ORDER BY o.kpp = t.counterparty_kpp DESC))[1] AS contractor_name
    FROM contractor o WHERE o.inn = t.counterparty_inn AND t.counterparty_inn <> '' AND NOT o.retracted
    AND o.inn <> ''
    HAVING count(*) = 1 OR count(*) FILTER (WHERE o.kpp = t.counterparty_kpp) = 1
) c ON true
"""
# What a person has said to be the same payment, while it is there.
SAME_AS = """
LEFT JOIN LATERAL (
    SELECT p.id AS same_as FROM duplicate_decision d
    JOIN bank_transaction p ON p.id = CASE WHEN t.data_version IS NULL THEN d.onec_id ELSE d.file_id END
    WHERE d.current AND d.decision = 'same' AND NOT p.retracted
    AND CASE WHEN t.data_version IS NULL THEN d.file_id = t.id ELSE d.onec_id = t.id END
    LIMIT 1
) s ON true
"""


@dataclass(frozen=True, slots=True)
class TransactionFilter:
    """Each one that is set must hold. Dates are booking dates, both ends included; ``account`` is the
    own or the counterparty's. ``counted_once`` leaves out the bank's row where a person has said that 1C's
    document is the same payment."""

    task_id: UUID | None = None
    date_from: date | None = None
    date_to: date | None = None
    direction: str | None = None
    account: str | None = None
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    category: str | None = None
    inn: str | None = None
    classified_by: str | None = None
    contractor_id: UUID | None = None
    q: str | None = None
    possible_duplicate: bool | None = None
    counted_once: bool | None = None


_LIST = Listing(
    statement=f"SELECT t.*, c.*, s.* FROM bank_transaction t {CONTRACTOR} {SAME_AS}",
    filters=_CONDITIONS,
    key={"booked_on": paging.day, "id": paging.identity},
    descending=True,
    always="NOT t.retracted",
)


async def listed(
    connection: AsyncConnection, wanted: TransactionFilter, cursor: str | None = None, limit: int = 50
) -> paging.Page:
    """A page of transactions, latest booking date first. Those that 1C took back are not shown."""
    listing = replace(_LIST, filters=_CONDITIONS | {"possible_duplicate": _flagged(wanted)})
    return await listing.page(connection, asdict(wanted), cursor, limit)


def _flagged(wanted: TransactionFilter) -> str:
    """Whether a transaction is of a pair that waits for a person. Both have to be near the days that are
    asked for: a month of 330,000 rows takes 23 ms, all of them 100."""
    near = ""
    for name, bank, onec in (("date_from", ">=", "-"), ("date_to", "<=", "+")):
        if getattr(wanted, name) is not None:
            near += f" AND f.booked_on {bank} CAST(:{name} AS date) {onec} {NEAR_DAYS}"
    inside = f"(SELECT unnest(ARRAY[f.id, o.id]) FROM {OPEN_PAIRS}{near})"
    return f"t.id {'IN' if wanted.possible_duplicate else 'NOT IN'} {inside}"
