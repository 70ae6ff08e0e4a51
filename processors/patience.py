"""Waiting out an outage in place: the message stays unacknowledged, nothing is skipped."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from domain.retry import delay
from infra.postgres import is_outage

log = logging.getLogger(__name__)
T = TypeVar("T")


async def patiently(work: Callable[[], Awaitable[T]], *, longest: float = 16.0) -> T:
    """Do ``work`` until the database lets it through; any other error leaves here at once.

    ``work`` is one transaction: it starts over from its beginning. Deadlocks and serialisation
    failures are tried again after 1 s as well.
    """
    tries = 0
    while True:
        try:
            return await work()
        except Exception as error:
            if not is_outage(error):
                raise
            tries += 1
            log.warning("PostgreSQL is away (try %d): %s", tries, str(error).splitlines()[0])
            await asyncio.sleep(min(delay(tries).total_seconds(), longest))
