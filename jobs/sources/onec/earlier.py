"""What earlier imports from 1C have left in PostgreSQL, read in short transactions."""

from collections.abc import AsyncIterator
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from jobs.sources.onec.gone import PAGE, Connect, Earlier, Imported
from jobs.sources.onec.settings import OneCMapping

# In the order of an index that is there.
_DOCUMENTS = """
SELECT booked_on, id, key, direction, number FROM bank_transaction
WHERE booked_on BETWEEN %(first)s AND %(last)s AND (booked_on, id) > (%(day)s, %(id)s)
  AND data_version IS NOT NULL AND NOT retracted
ORDER BY booked_on, id LIMIT %(most)s
"""
_CONTRACTORS = """
SELECT key, name, code FROM contractor
WHERE key > %(key)s AND data_version IS NOT NULL AND NOT retracted ORDER BY key LIMIT %(most)s
"""
_NOTHING = UUID(int=0)


def documents(connect: Connect, mapping: OneCMapping, first: date, last: date) -> Earlier:
    """Bank documents of these days, both included, that are not taken back."""
    return partial(_documents, connect, mapping, first, last)


def contractors(connect: Connect, mapping: OneCMapping) -> Earlier:
    """All contractors of 1C that are not taken back."""
    return partial(_contractors, connect, mapping)


async def _documents(
    connect: Connect, mapping: OneCMapping, first: date, last: date
) -> AsyncIterator[Imported]:
    sets = {one.direction: one.name for one in mapping.documents}
    after: dict[str, Any] = {"day": first, "id": _NOTHING}
    while rows := await _page(connect, _DOCUMENTS, {"first": first, "last": last, **after}):
        for day, _, key, direction, number in rows:
            yield Imported(sets[direction], str(key), {"Number": number, "Date": day.isoformat()})
        after = {"day": rows[-1][0], "id": rows[-1][1]}


async def _contractors(connect: Connect, mapping: OneCMapping) -> AsyncIterator[Imported]:
    after = _NOTHING
    while rows := await _page(connect, _CONTRACTORS, {"key": after}):
        for key, name, code in rows:
            yield Imported(mapping.contractors, str(key), {"Code": code, "Description": name})
        after = rows[-1][0]


async def _page(connect: Connect, statement: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    async with connect() as connection:
        found = await connection.execute(statement, {**values, "most": PAGE})
        return await found.fetchall()
