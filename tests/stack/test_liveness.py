"""A child that stands still is noticed by its file."""

import asyncio
from pathlib import Path

import pytest

from infra import alive
from stack.liveness import until_it_stands_still


async def test_a_file_that_is_not_touched_any_more_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "alive"
    file.touch()
    async with asyncio.timeout(20):
        await until_it_stands_still(file, seconds=0.5)


async def test_who_touches_it_is_well_and_who_never_did_is_not_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alive, "EVERY_SECONDS", 0.05)
    touching = asyncio.create_task(alive.keep_touching(tmp_path / "touched"))
    watching = [
        asyncio.create_task(until_it_stands_still(tmp_path / name, seconds=1.5))
        for name in ("touched", "never")
    ]
    done, _ = await asyncio.wait(watching, timeout=4)
    assert done == set()
    touching.cancel()
    async with asyncio.timeout(20):
        await watching[0]
    watching[1].cancel()
