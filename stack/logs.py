"""The children's log files: bounded while they are written."""

import asyncio
import os
import shutil
from pathlib import Path

LIMIT_BYTES = 10 * 1024**2
TRIM_SECONDS = 5.0


async def keep_bounded(folder: Path, limit: int = LIMIT_BYTES, every: float = TRIM_SECONDS) -> None:
    """Every few seconds move a log that has grown past ``limit`` to ``<name>.log.1``, for ever.

    The file is copied and cut, not renamed: children hold it open, and append to it wherever its
    end is. Lines written between copy and cut (milliseconds) are lost.
    """
    while True:
        for path in folder.glob("*.log"):
            if path.stat().st_size > limit:
                await asyncio.to_thread(_roll, path)
        await asyncio.sleep(every)


def _roll(path: Path) -> None:
    shutil.copyfile(path, path.with_suffix(".log.1"))
    os.truncate(path, 0)


def last_lines(path: Path, count: int = 15) -> str:
    """The end of a log, indented for quoting."""
    if not path.exists():
        return "    (it wrote nothing)"
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 8_192))
        lines = file.read().decode("utf-8", "replace").splitlines()
    return "\n".join(f"    {line}" for line in lines[-count:]) or "    (it wrote nothing)"
