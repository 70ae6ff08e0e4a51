"""Prices go forward in time: a day is not recalculated after a later one.

A recalculation that finds a price as it stands leaves no row of history; a day before it that was given
another price afterwards would change what it had found. Batches share a lock, so that a later day begins
between two of them, never within one.
"""

from datetime import date
from typing import Any

import psycopg

from domain.errors import Fatal

_LOCK = "hashtext('recalculated_day')"
_KNOWN = "SELECT EXISTS (SELECT FROM recalculated_day WHERE task_id = %(task)s)"
_SHARED = f"SELECT pg_advisory_xact_lock_shared({_LOCK})"
_ALONE = f"SELECT pg_advisory_xact_lock({_LOCK})"
LATEST = "SELECT max(as_of) FROM recalculated_day"
_NOTE = "INSERT INTO recalculated_day (task_id, as_of) VALUES (%(task)s, %(as_of)s) ON CONFLICT DO NOTHING"
# A recalculation that is given back has had its day only as long as it has a row of history.
FORGET = """
DELETE FROM recalculated_day WHERE task_id = %(task)s
AND NOT EXISTS (SELECT FROM price_history WHERE task_id = %(task)s)
"""


async def begin(connection: psycopg.AsyncConnection[Any], task_id: str, as_of: str) -> None:
    """Take the day for this task until the transaction ends. Raises Fatal ``recalculated_later`` where a
    later one was recalculated, now or before."""
    mine = {"task": task_id, "as_of": as_of}
    known = await _one(connection, _KNOWN, mine)
    # Not shared first: two batches would wait for each other to give it up.
    await connection.execute(_SHARED if known else _ALONE)
    latest: date | None = await _one(connection, LATEST, mine)
    if latest is not None and latest > date.fromisoformat(as_of):
        raise Fatal("recalculated_later", as_of=as_of, later=latest.isoformat())
    if not known:
        await connection.execute(_NOTE, mine)


async def _one(connection: psycopg.AsyncConnection[Any], statement: str, values: dict[str, str]) -> Any:
    return (await (await connection.execute(statement, values)).fetchone() or (None,))[0]
