"""A rebuild whose command is killed alone: who fills its tables ends by itself, whatever it waits for."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator, Sequence
from functools import partial

import psutil
import psycopg
import pytest

from projections.rebuild import rebuild
from tests.projections.live import Live
from tests.projections.story import batch, completed, source_read, started, submitted
from tests.waiting import until_async

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]

_OF_REBUILD = (
    "FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'tidemark-rebuild'"
)
_WAITS = f"(SELECT count(*) {_OF_REBUILD} AND wait_event_type = 'Lock')"
_FILLED = (
    "(SELECT count(*) FROM read_rebuilt.projection_offset WHERE topic LIKE '%%tasks' AND \"offset\" >= 0)"
)
# The first partition's turn comes first or second: those are as long as the other.
_STUCK = "SELECT FROM read_rebuilt.projection_offset WHERE topic LIKE '%tasks' AND partition {} FOR UPDATE"


@contextlib.contextmanager
def stuck(live: Live, partitions: str) -> Iterator[threading.Event]:
    """Whoever fills one of the partitions waits, from the moment on when the schema has any."""
    url, ended = live.settings.libpq_url, threading.Event()
    holds = threading.Event()

    def hold() -> None:
        with psycopg.connect(url) as connection:
            while not ended.is_set():
                with contextlib.suppress(psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
                    if connection.execute(_STUCK.format(partitions).encode()).fetchall():
                        holds.set()
                        ended.wait()
                        return
                connection.rollback()
                ended.wait(0.01)

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        yield holds
    finally:
        ended.set()
        thread.join()


@pytest.mark.parametrize(
    ("partitions", "when"),
    [
        pytest.param(">= 0", f"{_WAITS} >= 2", id="all fill"),
        pytest.param("= 5", f"{_WAITS} = 1 AND {_FILLED} = 11", id="one fills, one has nothing more to do"),
    ],
)
async def test_who_is_left_filling_ends_by_itself_and_the_next_rebuild_is_whole(
    live: Live, partitions: str, when: str
) -> None:
    async with live.projection():
        for _ in range(60):
            task = await live.publish(submitted, started, batch(1), source_read(100, 1), completed(100))
        await live.status(task, "completed")
        await live.until("SELECT count(*)::int FROM projection_offset WHERE seen_at IS NULL", rows=[(0,)])
        live.rows("DROP SCHEMA IF EXISTS read_rebuilt CASCADE")
        with stuck(live, partitions) as holds:

            async def moment() -> None:
                await until_async(partial(asyncio.to_thread, holds.wait, 1), "somebody is to fill", 60)
                await live.until(f"SELECT ({when})::int")

            async with live.left_alone_when(moment, "rebuild") as left:
                assert len(left) >= 2
                await until_async(partial(_ended, left), "those who were left have ended", 20)
        assert (await rebuild(live.settings)).differences == {}


async def _ended(left: Sequence[psutil.Process]) -> bool:
    return not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in left)
