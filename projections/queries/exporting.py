"""A history as it is exported: events by their key, a thousand at a time, with the roots that vouch for them.

The trail is only ever appended to, so parts read one after the other are one whole; no transaction stays open
while a slow reader takes them.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.chain import BEGINNING, path
from events.audit import RootSigned
from projections.queries import search
from projections.queries.search import EventFilter
from projections.record import moment_text, record_of
from projections.roots import leaves_of, signed_root

PART = 1_000
Line = dict[str, Any]

_COLUMNS = """
SELECT e.partition, e."offset", e.task_id, e.number, e.kind, e.repeated, e.id, e.type, e.time, e.actor,
       e.correlation_id, e.causation_id, e.source, e.value, e.hash, (
    SELECT p.hash FROM task_event p WHERE p.task_id = e.task_id AND p."offset" < e."offset"
    ORDER BY p."offset" DESC LIMIT 1
) AS previous FROM task_event e
"""
_OF_TASK = f'{_COLUMNS} WHERE e.task_id = :id AND e."offset" > :after ORDER BY e."offset" LIMIT :most'
_OF_PARTITION = (
    f'{_COLUMNS} WHERE e.partition = :partition AND e."offset" > :after AND e."offset" <= :end'
    ' ORDER BY e."offset" LIMIT :most'
)
_THESE = (
    f"{_COLUMNS} JOIN unnest(CAST(:partitions AS int[]), CAST(:offsets AS bigint[]))"
    ' WITH ORDINALITY w (partition, "offset", place)'
    ' ON (e.partition, e."offset") = (w.partition, w."offset") ORDER BY w.place'
)
_ROOTS = """
SELECT r.* FROM audit_root r WHERE r.partition = :partition AND r.last > :after AND r.first <= :end
AND (CAST(:id AS uuid) IS NULL OR EXISTS (
    SELECT FROM task_event e WHERE e.task_id = :id AND e."offset" BETWEEN r.first AND r.last
)) ORDER BY r.number LIMIT 500
"""
_ENDS = 'SELECT partition, max("offset") FROM task_event GROUP BY partition ORDER BY partition'


@dataclass(frozen=True, slots=True)
class Exporting:
    """Reads over connections of its own, one for each part."""

    engine: AsyncEngine

    @asynccontextmanager
    async def _snapshot(self) -> AsyncIterator[AsyncConnection]:
        """A root that is signed meanwhile must not vouch for an event that this part does not have."""
        async with self.engine.connect() as connection:
            yield await connection.execution_options(isolation_level="REPEATABLE READ")

    async def of_task(self, task_id: UUID) -> AsyncIterator[Line]:
        """One task's events from the first, each root after the last event that it covers."""
        after = -1
        while True:
            async with self._snapshot() as connection:
                found = await connection.execute(
                    text(_OF_TASK), {"id": task_id, "after": after, "most": PART}
                )
                part = [line_of(dict(row)) for row in found.mappings()]
                whole = len(part) < PART
                lines = await _with_roots(connection, part, after, whole, task_id) if part else []
            for line in lines:
                yield line
            if whole:
                return
            after = part[-1]["offset"]

    async def of_all(self) -> AsyncIterator[Line]:
        """Every event up to now, partition by partition, with all roots."""
        async with self.engine.connect() as connection:
            ends = list(await connection.execute(text(_ENDS)))
        for partition, end in ends:
            after, whole = -1, False
            while not whole:
                wanted = {"partition": partition, "after": after, "end": end, "most": PART}
                async with self._snapshot() as connection:
                    found = await connection.execute(text(_OF_PARTITION), wanted)
                    part = [line_of(dict(row)) for row in found.mappings()]
                    whole = len(part) < PART
                    lines = await _with_roots(connection, part, after, whole, None) if part else []
                for line in lines:
                    yield line
                after = part[-1]["offset"] if part else after

    async def chosen(self, wanted: EventFilter) -> AsyncIterator[Line]:
        """What a search finds of the log, newest first. Reads by people are not of the log."""
        cursor: str | None = None
        while True:
            async with self.engine.connect() as connection:
                page = await search.events(connection, wanted, cursor, PART)
                places = [row for row in page.items if row["partition"] >= 0]
                parameters = {
                    "partitions": [row["partition"] for row in places],
                    "offsets": [row["offset"] for row in places],
                }
                found = (await connection.execute(text(_THESE), parameters)).mappings().all()
            for row in found:
                yield line_of(dict(row))
            cursor = page.next_cursor
            if cursor is None:
                return


def line_of(row: Mapping[str, Any]) -> Line:
    """An event as a line of an export; ``hash`` is over ``previous`` and what the log has."""
    return {
        "partition": row["partition"],
        "offset": row["offset"],
        "task_id": str(row["task_id"]),
        "number": row["number"],
        "kind": row["kind"],
        "repeated": row["repeated"],
        "id": row["id"],
        "type": row["type"],
        "time": moment_text(record_of(row).time),
        "actor": row["actor"],
        "correlation_id": row["correlation_id"],
        "causation_id": row["causation_id"],
        "source": row["source"],
        "value": row["value"],
        "previous": bytes(row["previous"] or BEGINNING).hex(),
        "hash": bytes(row["hash"]).hex(),
    }


async def _with_roots(
    connection: AsyncConnection, part: list[Line], after: int, whole: bool, task_id: UUID | None
) -> list[Line]:
    """A part with its roots; one whose window goes on in the next part comes with that."""
    partition, end = part[0]["partition"], part[-1]["offset"]
    wanted = {"partition": partition, "after": after, "end": end, "id": task_id}
    roots = [signed_root(dict(row)) for row in (await connection.execute(text(_ROOTS), wanted)).mappings()]
    lines: list[Line] = []
    events = iter(part)
    event = next(events, None)
    for signed in roots:
        if signed.last > end and not (task_id and whole):
            break
        while event is not None and event["offset"] <= signed.last:
            lines.append(event)
            event = next(events, None)
        lines.append(await _root_line(connection, signed, task_id))
    while event is not None:
        lines.append(event)
        event = next(events, None)
    return lines


async def _root_line(connection: AsyncConnection, signed: RootSigned, task_id: UUID | None) -> Line:
    said: Line = {"root": signed.model_dump(mode="json", exclude={"type"})}
    if task_id is None:
        return said
    leaves = await leaves_of(connection, signed.partition, signed.first, signed.last)
    place = next(place for place, (found, _) in enumerate(leaves) if found == str(task_id))
    return said | {"path": path([one for _, one in leaves], place)}
