"""Which days of the own accounts are there."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.coverage import Day, Statement, coverage
from projections.queries import paging
from projections.queries.completed import COUNTING
from projections.queries.lists import words

# Accounts of 1C: one step of the index for each, however many documents they have.
_ACCOUNTS = f"""
WITH RECURSIVE of_1c AS (
    SELECT min(account) AS account FROM bank_transaction
    WHERE data_version IS NOT NULL AND NOT retracted AND account > :after
    UNION ALL
    SELECT (SELECT min(b.account) FROM bank_transaction b
            WHERE b.data_version IS NOT NULL AND NOT b.retracted AND b.account > o.account)
    FROM of_1c o WHERE o.account IS NOT NULL
), own AS (
    SELECT account, true AS in_1c FROM of_1c
    UNION ALL
    SELECT DISTINCT p.account, false FROM statement_period p JOIN {COUNTING} c ON c.id = p.task_id
    WHERE p.account > :after
)
SELECT account, bool_or(in_1c) AS in_1c FROM own
WHERE account IS NOT NULL AND (CAST(:account AS text) IS NULL OR account = :account)
GROUP BY account ORDER BY account LIMIT :most
"""
# A statement may be asked for until the end of the year: it covers the days until it was asked for.
_STATEMENTS = f"""
WITH counting AS (
    SELECT p.account, p.task_id::text, p.day_from, p.opening, p.closing,
           LEAST(p.day_to, (c.created_at AT TIME ZONE :zone)::date) AS day_to
    FROM statement_period p JOIN {COUNTING} c ON c.id = p.task_id
    WHERE p.account = ANY(:accounts) AND p.day_from <= (c.created_at AT TIME ZONE :zone)::date
), edge AS (
    SELECT account, max(day_to) FILTER (WHERE day_to < :first) AS before,
           min(day_from) FILTER (WHERE day_from > :last) AS after
    FROM counting GROUP BY account
)
SELECT c.* FROM counting c JOIN edge e USING (account)
WHERE (c.day_from <= CAST(:last AS date) + 1 AND c.day_to >= CAST(:first AS date) - 1)
   OR c.day_to = e.before OR c.day_from = e.after
"""
# Syncs of every hour have the same days: one of each is enough, with its newest tasks.
_SYNCS = f"""
SELECT day_from, day_to, (array_agg(id::text ORDER BY id DESC))[1:10] AS tasks FROM (
    SELECT c.id, (c.params ->> 'date_from')::date AS day_from,
           LEAST((c.params ->> 'date_to')::date, (c.created_at AT TIME ZONE :zone)::date) AS day_to
    FROM {COUNTING} c WHERE c.params ? 'date_to'
) s WHERE day_from <= day_to GROUP BY day_from, day_to
"""
_DOCUMENTS = """
SELECT account, booked_on, count(*) AS documents FROM (
    SELECT account, booked_on FROM bank_transaction
    WHERE booked_on BETWEEN :first AND :last AND NOT retracted AND account = ANY(:accounts)
    UNION ALL
    SELECT counterparty_account, booked_on FROM bank_transaction
    WHERE booked_on BETWEEN :first AND :last AND NOT retracted AND direction = 'transfer'
      AND counterparty_account = ANY(:accounts)
) d GROUP BY account, booked_on
"""


@dataclass(frozen=True, slots=True)
class AccountCoverage:
    """An own account and its days, in their order."""

    account: str
    days: list[Day]


async def listed(
    connection: AsyncConnection,
    first: date,
    last: date,
    zone: str,
    cursor: str | None = None,
    limit: int = 10,
    *,
    account: str | None = None,
) -> paging.Page:
    """Own accounts in the order of their numbers, each with its days from ``first`` to ``last`` that lie
    between its first statement and its last. ``zone`` is 1C's. Raises BadCursor."""
    (after,) = paging.decode(cursor, words) if cursor else ("",)
    accounts = await _rows(connection, _ACCOUNTS, after=after, account=account, most=limit + 1)
    page = paging.page(accounts, limit, lambda row: (row["account"],))
    names = [row["account"] for row in page.items]
    days: dict[str, Any] = {"accounts": names, "first": first, "last": last}
    statements = await _statements(connection, page.items, zone, days)
    documents: dict[str, dict[date, int]] = defaultdict(dict)
    for row in await _rows(connection, _DOCUMENTS, **days):
        documents[row["account"]][row["booked_on"]] = row["documents"]
    return paging.Page(
        [AccountCoverage(name, coverage(statements[name], documents[name], first, last)) for name in names],
        page.next_cursor,
    )


async def _statements(
    connection: AsyncConnection, accounts: Sequence[Mapping[str, Any]], zone: str, days: dict[str, Any]
) -> dict[str, list[Statement]]:
    found: dict[str, list[Statement]] = defaultdict(list)
    for row in await _rows(connection, _STATEMENTS, zone=zone, **days):
        found[row.pop("account")].append(Statement(**row))
    if any(row["in_1c"] for row in accounts):
        syncs = [
            Statement(task, row["day_from"], row["day_to"])
            for row in await _rows(connection, _SYNCS, zone=zone)
            for task in row["tasks"]
        ]
        for own in accounts:
            if own["in_1c"]:
                found[own["account"]] += syncs
    return found


async def _rows(connection: AsyncConnection, statement: str, **values: Any) -> list[dict[str, Any]]:
    found = await connection.execute(text(statement), values)
    return [dict(row) for row in found.mappings()]
