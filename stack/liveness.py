"""Whether a child that runs is well: the file it touches every second."""

import asyncio
import time
from pathlib import Path

# Longer than any batch and any garbage collection, shorter than a person's patience.
STILL_SECONDS = 45.0
LOOK_SECONDS = 1.0


async def until_it_stands_still(file: Path, seconds: float = STILL_SECONDS) -> None:
    """Return when ``file`` has not been touched for ``seconds``, once it was touched at all.

    By the monotonic clock, which stands still with the machine: a laptop that wakes up ends nobody.
    """
    seen, since = _touched(file), time.monotonic()
    while time.monotonic() - since < seconds:
        await asyncio.sleep(LOOK_SECONDS)
        touched = _touched(file)
        if touched != seen or touched is None:
            seen, since = touched, time.monotonic()


def _touched(file: Path) -> int | None:
    try:
        return file.stat().st_mtime_ns
    except FileNotFoundError:
        return None
