"""An upload as a file that can be read from any place, which a zip needs: copied to disk, not to memory."""

import asyncio
import tempfile
from collections.abc import Callable
from typing import BinaryIO, ParamSpec, TypeVar

from infra.objects import ObjectStore
from jobs.sources.uploaded import chunks

P = ParamSpec("P")
T = TypeVar("T")


async def copied(objects: ObjectStore, path: str) -> BinaryIO:
    """Read in chunks of 1 MB; the copy is gone when it is closed."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the caller's to close
    try:
        async for chunk in chunks(objects, path):
            await in_thread(file.write, chunk)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


async def in_thread(work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    """A thread cannot be stopped: a reading that is cancelled waits for what it does, 20 ms mostly, before
    the file under it is closed."""
    running = asyncio.ensure_future(asyncio.to_thread(work, *args, **named))
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        if not running.cancelled():
            running.exception()
        raise
