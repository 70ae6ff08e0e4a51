"""What the last sync with 1C saw: said by the tasks that completed, so that no failed one moves it."""

from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# A period may end in the future; what was seen ends with the day on which it was asked for.
_LAST = """
SELECT max(LEAST((params ->> 'date_to')::date, created_at::date)) FROM task
WHERE kind = 'bank_transactions' AND status = 'completed' AND NOT dry_run AND params ? 'date_to'
"""


async def last_seen_day(connection: AsyncConnection) -> date | None:
    """The last day of 1C's bank documents that a completed sync has seen; None where there was none."""
    found: date | None = await connection.scalar(text(_LAST))
    return found
