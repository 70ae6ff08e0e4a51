"""Up to which day bookings are closed, as who writes must ask it: under a lock that a change waits for.

Whoever writes shares the lock until its commit, whoever changes the day takes it alone: when the change has
been answered, nothing that was judged by the earlier day commits any more.
"""

from typing import Any

import psycopg

from domain.closing import ClosedPeriod

# Any number that no other lock of ours has.
LOCK = 7_205_311_946
# The latest row counts; it may say that everything is open.
LATEST = "SELECT closed_until FROM closed_period ORDER BY id DESC LIMIT 1"
# An id that nobody has given a reason under is none.
_KNOWN = f"""
SELECT ({LATEST}), EXISTS (SELECT FROM closed_period_override WHERE id = %(override)s::uuid)
"""


def period_of(closed_until: Any, overridden: bool) -> ClosedPeriod | None:
    """What was read of the two tables; None where nothing is closed."""
    return None if closed_until is None else ClosedPeriod(closed_until, overridden)


async def closed_period(
    connection: psycopg.AsyncConnection[Any], override: str | None
) -> ClosedPeriod | None:
    """What is closed to who works under ``override``, and stays so until this transaction ends."""
    await connection.execute("SELECT pg_advisory_xact_lock_shared(%s)", [LOCK])
    found = await (await connection.execute(_KNOWN, {"override": override})).fetchone()
    assert found is not None
    return period_of(*found)
