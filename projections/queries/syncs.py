"""What the syncs with 1C have seen: said by the tasks that completed, so that no failed one moves it."""

from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from projections.queries.completed import COUNTING

# A period may end in the future; what was seen ends with the day, by 1C's calendar, of asking for it.
_PERIODS = f"""
SELECT DISTINCT (params ->> 'date_from')::date AS first,
       LEAST((params ->> 'date_to')::date, (created_at AT TIME ZONE :zone)::date) AS last
FROM {COUNTING} c WHERE params ? 'date_to'
ORDER BY 1, 2
"""


async def last_seen_day(connection: AsyncConnection, zone: str) -> date | None:
    """The day up to which completed syncs have seen every day from their first one on; None where there was
    none."""
    found = await connection.execute(text(_PERIODS), {"zone": zone})
    return seen_until((row.first, row.last) for row in found)


def seen_until(periods: Iterable[tuple[date, date]]) -> date | None:
    """Where the first gap begins: a single day of November does not hide that April was never read.
    ``periods`` come by their first days."""
    end: date | None = None
    for first, last in periods:
        if end is not None and first > end + timedelta(days=1):
            break
        end = last if end is None else max(end, last)
    return end
