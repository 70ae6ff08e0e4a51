"""A worker shows that its event loop turns: it touches a file every second.

A process that hangs is not dead, so that nobody starts it again; who watches the file can.
"""

import asyncio
from pathlib import Path

EVERY_SECONDS = 1.0


async def keep_touching(file: Path | None) -> None:
    """Touch ``file`` every second until cancelled; None = nobody watches."""
    while file is not None:
        file.touch()
        await asyncio.sleep(EVERY_SECONDS)
