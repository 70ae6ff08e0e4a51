"""Which rows of a batch may be payments that the other source has told already."""

from collections.abc import Sequence
from typing import Any

import psycopg

from jobs.kinds.pairs import NEAR_DAYS, SAME_MONEY, UNPAIRED_F, UNPAIRED_O
from jobs.kinds.transaction_copy import Incoming

_INCOMING = """
unnest(%(places)s::bigint[], %(accounts)s::text[], %(amounts)s::numeric[], %(currencies)s::text[],
       %(directions)s::text[], %(days)s::date[], %(numbers)s::text[])
"""
_FIELDS = "(place, account, amount, currency, direction, booked_on, number)"
_LIKEST = "abs(o.booked_on - f.booked_on)"
_OF_FILE = f"""
SELECT DISTINCT ON (f.place) f.place, o.number, o.booked_on
FROM {_INCOMING} f {_FIELDS} JOIN bank_transaction o ON {SAME_MONEY}
WHERE o.data_version IS NOT NULL AND NOT o.retracted AND {UNPAIRED_O}
ORDER BY f.place, o.number = f.number DESC, {_LIKEST}, o.id
"""
# Bank rows are found by their days (ADR 11); 1C gives documents in the order of theirs.
_OF_1C = f"""
SELECT DISTINCT ON (o.place) o.place, f.number, f.booked_on
FROM {_INCOMING} o {_FIELDS} JOIN bank_transaction f ON {SAME_MONEY}
    AND f.booked_on BETWEEN %(first)s::date - {NEAR_DAYS} AND %(last)s::date + {NEAR_DAYS}
WHERE f.data_version IS NULL AND NOT f.retracted AND {UNPAIRED_F}
ORDER BY o.place, o.number = f.number DESC, {_LIKEST}, f.id
"""


async def told_already(
    connection: psycopg.AsyncConnection[Any], rows: Sequence[Incoming], *, of_1c: bool
) -> dict[int, dict[str, str]]:
    """By row number: ``number`` and ``day`` of the likeliest transaction of the other source."""
    if not rows:
        return {}
    transactions = [row.transaction for row in rows]
    days = [transaction.booked_on for transaction in transactions]
    values = {
        "places": [row.row_no for row in rows],
        "accounts": [transaction.account for transaction in transactions],
        "amounts": [transaction.amount for transaction in transactions],
        "currencies": [transaction.currency for transaction in transactions],
        "directions": [transaction.direction for transaction in transactions],
        "numbers": [transaction.number for transaction in transactions],
        "days": days,
        "first": min(days),
        "last": max(days),
    }
    found = await connection.execute(_OF_1C if of_1c else _OF_FILE, values)
    return {
        row_no: {"number": number, "day": day.isoformat()} for row_no, number, day in await found.fetchall()
    }
