"""What was accepted while Kafka was down is published when it is back."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from infra.postgres import is_outage

log = logging.getLogger(__name__)

SWEEP_EVERY = 1.0


async def sweep_forever(*sweeps: Callable[[], Awaitable[int]]) -> None:
    """Sweep every second, one after the other; a database that is away is waited for."""
    while True:
        try:
            for sweep in sweeps:
                await sweep()
        except Exception as error:
            if not is_outage(error):
                raise
            log.warning("PostgreSQL is away, the sweep waits")
        await asyncio.sleep(SWEEP_EVERY)
