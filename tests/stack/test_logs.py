"""Logs are bounded while somebody writes them; their end is quoted where it matters."""

import asyncio
import contextlib
from pathlib import Path

from stack.logs import keep_bounded, last_lines
from tests.waiting import until_async


async def test_a_long_log_is_moved_and_its_writer_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"old\n" * 1_000)
        keeping = asyncio.create_task(keep_bounded(tmp_path, limit=1_000, every=0.01))

        async def moved() -> bool:
            return log.stat().st_size == 0

        await until_async(moved, "the log is moved")
        writer.write(b"new\n")
        keeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeping
    assert log.read_bytes() == b"new\n"
    assert (tmp_path / "child.log.1").read_bytes() == b"old\n" * 1_000


def test_the_last_lines_are_quoted(tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    assert last_lines(log) == "    (it wrote nothing)"
    log.write_text("".join(f"line {number}\n" for number in range(5_000)))
    assert last_lines(log, 2) == "    line 4998\n    line 4999"
