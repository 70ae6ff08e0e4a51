"""When a process wrote events, and the newest of them found hour by hour.

An index of all events by who wrote them would be a gigabyte among twenty million, for what is rarely asked:
most events are of a few processes, and any hour has those. Who wrote rarely, or never, is looked for in the
hours that are known to have something.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# So many hours are tried in 10 ms.
FEW = 1_000
_SPAN = """
SELECT (SELECT min(hour) FROM process_hour WHERE actor = :actor) AS first,
       (SELECT max(hour) FROM process_hour WHERE actor = :actor) + interval '1 hour' AS until,
       (SELECT count(*) FROM (
           SELECT DISTINCT hour FROM process_hour WHERE actor = :actor LIMIT :more
       ) h) AS hours
"""
# The place of a walk over all time. ``where`` bounds it too: hours that can have nothing are not looked at.
BY_HOUR = """
SELECT e.partition AS chosen, e."offset" AS at FROM (
    SELECT hour, array_agg(partition) AS partitions FROM process_hour
    WHERE actor = :actor AND hour > CAST(:from_e AS timestamptz) - interval '1 hour' AND hour < :to_e
    GROUP BY hour ORDER BY hour DESC
) h CROSS JOIN LATERAL (
    SELECT e.partition, e."offset", e.time FROM task_event e
    WHERE {where} AND e.time >= h.hour AND e.time < h.hour + interval '1 hour'
      AND e.partition = ANY(h.partitions)
    ORDER BY e.time DESC, e.partition DESC, e."offset" DESC LIMIT :most
) e ORDER BY h.hour DESC, e.time DESC, e.partition DESC, e."offset" DESC LIMIT :most
"""


class Span(NamedTuple):
    """From the beginning of an hour to before the end of one; ``few`` = it wrote in few of those between."""

    first: datetime
    until: datetime
    few: bool


async def span(connection: AsyncConnection, actor: str) -> Span | None:
    """Between which times the process wrote; None = never."""
    row = (await connection.execute(text(_SPAN), {"actor": actor, "more": FEW + 1})).one()
    return None if row.first is None else Span(row.first, row.until, row.hours <= FEW)
