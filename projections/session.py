"""One connection held for as long as it works; a server that is away is waited for."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.retry import delay
from infra.postgres import driver, is_outage
from projections.store import Connection

log = logging.getLogger(__name__)

T = TypeVar("T")
LONGEST_WAIT = 2.0


class Session:
    """PostgreSQL as a projection needs it: one operation after the other, each until it succeeds."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._held: AsyncConnection | None = None
        self._turn = asyncio.Lock()

    async def run(self, operation: Callable[[Connection], Awaitable[T]]) -> T:
        """The operation's result. It is one transaction: after an outage it runs again from its start."""
        async with self._turn:
            tries = 0
            while True:
                try:
                    return await operation(await self._connection())
                except Exception as error:
                    if not is_outage(error):
                        raise
                    tries += 1
                    log.warning("PostgreSQL is away (try %d): %s", tries, error)
                    await self._drop()
                await asyncio.sleep(min(delay(tries).total_seconds(), LONGEST_WAIT))

    async def close(self) -> None:
        async with self._turn:
            await self._drop()

    async def _connection(self) -> Connection:
        if self._held is None:
            self._held = await self._engine.connect()
        return await driver(self._held)

    async def _drop(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            await held.invalidate()
            await held.close()
