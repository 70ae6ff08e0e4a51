"""Payments that both the bank and 1C tell of, as pairs, while they wait for a person."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from jobs.kinds.pairs import NEAR_DAYS, OPEN_PAIRS, SAME_MONEY, STORED
from projections.queries import paging

_FILTERS = {
    "task_id": "(f_task = :task_id OR o_task = :task_id)",
    "account": "account = :account",
    "date_from": "day >= :date_from",
    "date_to": "day <= :date_to",
}
# Both halves of a pair that is asked for may be in a pair with somebody who is not: twice as far.
_FAR = 2 * NEAR_DAYS
_TASK_DAY = "(SELECT {edge}(booked_on) FROM bank_transaction WHERE task_id = :task_id)"
_BOUNDS = {
    "task_id": (
        f"f.booked_on BETWEEN {_TASK_DAY.format(edge='min')} - {_FAR}"
        f" AND {_TASK_DAY.format(edge='max')} + {_FAR}"
    ),
    "account": "f.account = :account",
    "date_from": f"f.booked_on >= CAST(:date_from AS date) - {_FAR}",
    "date_to": f"f.booked_on <= CAST(:date_to AS date) + {_FAR}",
}
_PAGE = """
WITH open AS MATERIALIZED (
    SELECT f.id AS file_id, o.id AS onec_id, f.booked_on AS day, f.account, f.task_id AS f_task,
           o.task_id AS o_task
    FROM {pairs}{bounds}
), counted AS (
    SELECT *, count(*) OVER (PARTITION BY file_id) = 1 AND count(*) OVER (PARTITION BY onec_id) = 1 AS alone
    FROM open
), wanted AS (SELECT *, count(*) OVER () AS total FROM counted WHERE {filters})
SELECT w.*, f.amount, f.currency, f.direction, abs(f.booked_on - o.booked_on) AS days_apart,
       f.number = o.number AS same_number,
       f.counterparty_inn = o.counterparty_inn AND f.counterparty_inn <> '' AS same_inn,
       to_jsonb(f) AS bank, to_jsonb(o) AS onec, i.file_name
FROM (SELECT * FROM wanted WHERE {after} ORDER BY day DESC, file_id DESC, onec_id DESC LIMIT :most) w
JOIN bank_transaction f ON f.id = w.file_id JOIN bank_transaction o ON o.id = w.onec_id
LEFT JOIN intake i ON i.task_id = w.f_task
ORDER BY w.day DESC, w.file_id DESC, w.onec_id DESC
"""
# The bank's row and 1C's document, whichever way round they were named.
_DECIDABLE = f"""
WITH named AS (
    SELECT * FROM unnest(CAST(:ones AS uuid[]), CAST(:others AS uuid[])) WITH ORDINALITY n (one, other, place)
)
SELECT n.place, f.id AS file_id, o.id AS onec_id FROM named n
JOIN bank_transaction f ON f.id IN (n.one, n.other)
JOIN bank_transaction o ON o.id IN (n.one, n.other) AND {SAME_MONEY}
WHERE {STORED}
UNION
SELECT n.place, d.file_id, d.onec_id FROM named n
JOIN duplicate_decision d ON (d.file_id, d.onec_id) IN ((n.one, n.other), (n.other, n.one))
"""


@dataclass(frozen=True, slots=True)
class PairFilter:
    """Each one that is set must hold. ``task_id`` brought one of both; days are those of the bank's row."""

    task_id: UUID | None = None
    account: str | None = None
    date_from: date | None = None
    date_to: date | None = None


@dataclass(frozen=True, slots=True)
class Pairs:
    """A page of pairs and how many there are in all. ``alone`` pairs are made of two who have no other."""

    page: paging.Page
    total: int


async def waiting(
    connection: AsyncConnection, wanted: PairFilter, cursor: str | None = None, limit: int = 50
) -> Pairs:
    """Pairs that nobody has decided, the latest day first. Raises BadCursor. As dear as all open pairs of
    those days: of 300,000 rows with 30,000 pairs 175 ms, those of a month 40 ms, a task's 80 ms."""
    named = {name: value for name, value in asdict(wanted).items() if value is not None}
    parameters: dict[str, Any] = {**named, "most": limit + 1}
    after = "true"
    if cursor is not None:
        key = paging.decode(cursor, paging.day, paging.identity, paging.identity)
        parameters |= zip(("after_day", "after_file", "after_onec"), key, strict=True)
        after = "(day, file_id, onec_id) < (:after_day, :after_file, :after_onec)"
    statement = _PAGE.format(
        pairs=OPEN_PAIRS,
        bounds="".join(f" AND {_BOUNDS[name]}" for name in named),
        filters=" AND ".join(_FILTERS[name] for name in named) or "true",
        after=after,
    )
    rows = [dict(row) for row in (await connection.execute(text(statement), parameters)).mappings()]
    page = paging.page(rows, limit, lambda row: (row["day"], row["file_id"], row["onec_id"]))
    return Pairs(page, rows[0]["total"] if rows else 0)


async def decidable(
    connection: AsyncConnection, named: Sequence[tuple[UUID, UUID]]
) -> Mapping[int, tuple[UUID, UUID]]:
    """By place among ``named``: the bank's row and 1C's document; those that are no pair are left out."""
    values = {"ones": [one for one, _ in named], "others": [other for _, other in named]}
    found = await connection.execute(text(_DECIDABLE), values)
    return {row.place - 1: (row.file_id, row.onec_id) for row in found}
