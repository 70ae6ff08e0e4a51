"""SIGKILL at the very moments at which something is half done: while read models are switched, and between
signing a root, publishing it, and writing down that it was published."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from events.audit import RootSigned
from infra.kafka import Publisher
from infra.postgres import create_engine
from infra.signing import signer
from projections.rebuild import rebuild
from projections.roots import Roots
from tests.kafka_reading import read_all
from tests.projections.live import Live
from tests.projections.story import completed, started, submitted

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

# The last partition's turn to be signed; the roots before it are committed then.
_LAST_TURN = "SELECT pg_advisory_xact_lock(721106141, 11)"
_ROOTS = "SELECT partition, number, signature FROM audit_root"
_WAITS = """
SELECT count(*)::int FROM pg_stat_activity
WHERE datname = current_database() AND application_name = %s AND wait_event_type = 'Lock'
"""


@contextlib.contextmanager
def held(live: Live, statement: str) -> Iterator[None]:
    """Whoever else wants what the statement locks waits."""
    with psycopg.connect(live.settings.libpq_url) as connection:
        connection.execute(statement)
        yield


@pytest.mark.parametrize(
    "lock",
    [
        pytest.param("SELECT FROM read.projection_offset FOR UPDATE", id="before the last events"),
        pytest.param("LOCK TABLE read_before.task IN ACCESS SHARE MODE", id="within the renaming"),
    ],
)
async def test_a_switch_that_is_killed_never_was(live: Live, lock: str) -> None:
    async with live.projection():
        old = await live.publish(submitted, started)
        await live.status(old, "running")
        await rebuild(live.settings, switch=True)
        before = live.rows(
            "SELECT nspname, oid::bigint FROM pg_namespace WHERE nspname LIKE 'read%%' ORDER BY 1"
        )
        with held(live, lock):
            await live.killed_when(_WAITS.replace("%s", "'tidemark-rebuild'"), "rebuild", "--switch")
        task = await live.publish(submitted, started, completed(0))
        await live.status(task, "completed")
        after = live.rows(
            "SELECT nspname, oid::bigint FROM pg_namespace WHERE nspname LIKE 'read%%' ORDER BY 1"
        )
        assert dict(before).items() <= dict(after).items()
        await rebuild(live.settings, switch=True)
        await live.status(old, "running")
    assert (await rebuild(live.settings)).differences == {}


async def test_a_root_that_was_signed_is_published_as_it_is_whoever_dies(live: Live, tmp_path: Path) -> None:
    """Killed between signing and publishing, then between publishing and writing that down."""
    settings = live.settings.model_copy(update={"home": tmp_path})
    process = {"TIDEMARK_HOME": str(tmp_path), "TIDEMARK_ROOTS_SECONDS": "0.2"}
    # In partition 11 alone are one of 12; and they are in the trail before anybody's turn comes.
    async with live.projection():
        tasks = [await live.publish(submitted, started) for _ in range(8)]
        for task in tasks:
            await live.status(task, "running")
    number = "SELECT count(*)::int FROM audit_root WHERE partition < 11"
    with held(live, _LAST_TURN):
        waits = _WAITS.replace("%s", "'tidemark-projections'")
        await live.killed_when(f"SELECT (({number}) > 0 AND ({waits}) > 0)::int", **process)
    signed = live.rows(f"{_ROOTS} WHERE NOT published ORDER BY partition")
    assert signed
    assert await _published(live) == []

    with held(live, "SELECT FROM audit_root FOR UPDATE"):
        await live.killed_when(waits, **process)
    assert await _published(live) == signed[:1]
    assert live.rows("SELECT count(*) FROM audit_root WHERE published") == [(0,)]

    await live.publish(completed(0), task_id=tasks[0])
    engine, publisher = create_engine(settings.libpq_url), Publisher(settings.kafka)
    roots = Roots(engine, publisher, signer(settings), settings.namespace)
    await roots.publish()
    await publisher.stop()
    await engine.dispose()
    assert sorted(await _published(live)) == sorted([*live.rows(_ROOTS), signed[0]])


async def _published(live: Live) -> list[tuple[int, int, str]]:
    found = await read_all(live.settings.kafka, f"{live.settings.namespace}audit.roots")
    roots = [one.event for one in found if isinstance(one.event, RootSigned)]
    return [(root.partition, root.number, root.signature) for root in roots]
