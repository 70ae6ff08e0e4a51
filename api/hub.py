"""From the projection's NOTIFY to every open socket: changed rows are read once and sent to all.

One connection per API process listens. What changed is asked for by position, so a notification that
was missed while the connection was down costs nothing: the next reading brings it.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

import psycopg
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.retry import delay
from events.topics import TASKS
from infra.postgres import is_outage
from infra.wording import Language
from projections.position import Position, Vector
from projections.queries import freshness, purged, tasks
from projections.queries.freshness import Freshness
from projections.store import CHANNEL

log = logging.getLogger(__name__)

# A task under import changes 170 times a second; nobody sees more than this many states of it.
SHORTEST_GAP = 0.04
# Also without a notification, which a connection that is dead without knowing it would never bring.
LONGEST_GAP = 1.0
LONGEST_WAIT = 2.0


@dataclass(frozen=True, slots=True)
class Change:
    """One task as it stands now, or gone (``row`` None). ``position`` covers everything before it."""

    task_id: str
    row: tasks.TaskRow | None
    place: Position
    position: Vector
    words: dict[Language, str] = field(default_factory=dict)


Listener = Callable[[Change], None]


class Hub:
    """Subscribers get every change after the position they were told when they came."""

    def __init__(self, database_url: str, reading: AsyncEngine, namespace: str = "") -> None:
        self._url = database_url
        self._reading = reading
        self._topic = namespace + TASKS
        self._listeners: set[Listener] = set()
        self._wake = asyncio.Event()
        self._moved = asyncio.Event()
        self.position: Vector | None = None
        self.freshness: Freshness | None = None

    async def run(self) -> None:
        """Run until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            group.create_task(self._broadcast())

    @asynccontextmanager
    async def subscribed(self, listener: Listener) -> AsyncIterator[None]:
        self._listeners.add(listener)
        try:
            yield
        finally:
            self._listeners.discard(listener)

    async def changed(self, timeout: float) -> bool:
        """Wait until anything changes; False when ``timeout`` seconds passed without."""
        moved = self._moved
        try:
            await asyncio.wait_for(moved.wait(), timeout)
        except TimeoutError:
            return False
        return True

    async def _listen(self) -> None:
        tries = 0
        while True:
            try:
                connection = await psycopg.AsyncConnection.connect(
                    self._url, autocommit=True, connect_timeout=5, application_name="tidemark-api-listen"
                )
                async with connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    tries = 0
                    self._wake.set()
                    async for _ in connection.notifies():
                        self._wake.set()
            except (psycopg.Error, OSError) as error:
                tries += 1
                log.warning("No notifications from PostgreSQL (try %d): %s", tries, error)
            await asyncio.sleep(min(delay(max(tries, 1)).total_seconds(), LONGEST_WAIT))

    async def _broadcast(self) -> None:
        looked = 0.0
        while True:
            try:
                async with asyncio.timeout(LONGEST_GAP):
                    await self._wake.wait()
            except TimeoutError:
                log.debug("No news for %s s: looking all the same", LONGEST_GAP)
            self._wake.clear()
            await self._patiently(self._read)
            if time.monotonic() - looked >= LONGEST_GAP:
                await self._patiently(self._look_at_age)
                looked = time.monotonic()
            await asyncio.sleep(SHORTEST_GAP)

    async def _patiently(self, operation: Callable[[], Awaitable[None]]) -> None:
        try:
            await operation()
        except Exception as error:
            if not is_outage(error):
                raise
            log.warning("PostgreSQL is away, sockets get no news: %s", error)
            self._wake.set()
            await asyncio.sleep(LONGEST_GAP)

    async def _look_at_age(self) -> None:
        async with self._reading.connect() as connection:
            self.freshness = await freshness.freshness(connection)

    async def _read(self) -> None:
        async with self._reading.connect() as connection:
            await connection.execution_options(isolation_level="REPEATABLE READ")
            after = await freshness.vector(connection, self._topic)
            since = {partition: (self.position or after).get(partition, -1) for partition in after}
            wanted = self._listeners and since != after
            changed = await tasks.changed_since(connection, since) if wanted else []
            gone = await purged.purged_since(connection, since) if wanted else []
        found = [Found(row.position, row.task["id"], row) for row in changed if row.position]
        self._tell(since, [*found, *(Found(place, task_id, None) for task_id, place in gone)])
        self.position = after
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    def _tell(self, since: Vector, found: list["Found"]) -> None:
        position = dict(since)
        for place, task_id, row in sorted(found, key=lambda item: item.place):
            position[place.partition] = place.offset
            change = Change(task_id, row, place, dict(position))
            for listener in tuple(self._listeners):
                listener(change)


class Found(NamedTuple):
    """A change before it has its vector."""

    place: Position
    task_id: str
    row: tasks.TaskRow | None
