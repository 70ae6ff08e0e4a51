"""The order in which children go: last come, first gone."""

import asyncio
import time
from asyncio.subprocess import Process
from collections.abc import Callable, Mapping, Sequence

from stack.children import Child, end

STOP_SECONDS = 10.0
# Two waves (workers, then servers) and the killing of what stays fit into ten seconds.
ONE_CHILD_SECONDS = 6.0


async def stop_in_order(
    table: Sequence[Child], running: Mapping[str, Process], say: Callable[[str], None], until: float
) -> None:
    """A child is asked to stop when all that need it are gone; whoever has not by ``until`` (of the monotonic
    clock) is killed."""
    gone = {child.name: asyncio.Event() for child in table}

    async def stop(child: Child) -> None:
        for other in table:
            if child.name in other.after:
                await gone[other.name].wait()
        process = running.get(child.name)
        if process is not None:
            seconds = max(0.0, min(ONE_CHILD_SECONDS, until - time.monotonic()))
            if not await end(child, process, seconds):
                say(f"{child.name} did not stop in {seconds:.1f} s and was killed")
        gone[child.name].set()

    await asyncio.gather(*(stop(child) for child in table))
