"""The read models of a long log made anew and switched, while the live ones go on.

In a database and topics of its own, so that nobody else reads these events; what is counted is topic
``tasks`` alone, ten events a task.
"""

import asyncio
import os
import re
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import psycopg

from benchmarks.bench import Bench, percentile
from benchmarks.report import BenchmarkFailed, Figure, Outcome, at_most
from benchmarks.running import ROOT
from cli.migrate import migration_folders
from events.base import Event
from events.cloudevents import Envelope, encode
from events.records import Counts
from events.tasks import TaskBatchImported, TaskCompleted, TaskProgressed, TaskSourceRead, TaskStarted
from events.tasks import TaskSubmitted as Submitted
from events.topics import TASKS, topic_specs
from infra.clock import new_id, utc_now
from infra.kafka import Publisher, ensure_topics
from infra.migrate import upgrade

EVENTS, OF_A_TASK, AT_ONCE = 1_000_000, 10, 5_000
ASKED_A_SECOND, MOST_SECONDS, MOST_LAG = 50_000, 30.0, 1.0
NAMESPACE, DATABASE = "bench.", "tidemark_rebuild"
MARK_EVERY, PATIENCE = 0.1, 600.0
_BATCHES = OF_A_TASK - 5
_ROWS = 1_000 * _BATCHES


def measure(bench: Bench) -> Outcome:
    """Events a second of the whole rebuild, comparison and switch included, and of the live projection."""
    return asyncio.run(_measured(bench))


async def _measured(bench: Bench) -> Outcome:
    url = _database(bench)
    publisher = Publisher(bench.running.kafka, client_id="bench")
    await ensure_topics(bench.running.kafka, topic_specs(NAMESPACE))
    bench.say(f"publishing {EVENTS:,} events")
    await _publish(publisher)
    async with _projection(bench, url):
        began = time.perf_counter()
        await _until(url, EVENTS)
        live = EVENTS / (time.perf_counter() - began)
        bench.say(f"the live projection applied {live:,.0f} events/s")
        watching = asyncio.create_task(_lags(url, publisher))
        began = time.perf_counter()
        rebuilding = await _started(bench, url, "rebuild", "--switch")
        said, _ = await rebuilding.communicate()
        took = time.perf_counter() - began
        watching.cancel()
        lags = await watching
    await publisher.stop()
    same = b"rebuilt equals live" in said
    verdict = "equal" if same else "not equal"
    filled = _filled(said)
    what = f"rebuild of {EVENTS:,} events beside the live projection"
    return Outcome(
        [
            Figure(
                f"{what}: read, folded, and written",
                f"{EVENTS / filled:,.0f} events/s",
                f"at least {ASKED_A_SECOND:,} events/s",
                EVENTS / filled / ASKED_A_SECOND,
                filled <= EVENTS / ASKED_A_SECOND,
            ),
            Figure(
                f"{what}: indexed, compared, and switched as well, from the command to its end",
                f"{took:.1f} s, {EVENTS / took:,.0f} events/s, {verdict}",
                f"at most {MOST_SECONDS:g} s",
                took / MOST_SECONDS,
                took <= MOST_SECONDS and same,
            ),
            at_most(f"{what}: lag of the live one, p99", MOST_LAG, percentile(lags, 0.99), "s", 2),
            Figure("The live projection, catching up", f"{live:,.0f} events/s"),
        ]
    )


def _filled(said: bytes) -> float:
    """Seconds, as the command tells them; raises BenchmarkFailed where it does not."""
    found = re.search(rb"filled in ([0-9.]+) s", said)
    if found is None:
        raise BenchmarkFailed(f"the rebuild did not end well: {said.decode()[-1_000:]}")
    return float(found[1])


def _database(bench: Bench) -> str:
    """Another database on the same server, migrated."""
    with psycopg.connect(bench.running.database_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {DATABASE}")
    url = bench.running.database_url.rpartition("/")[0] + f"/{DATABASE}"
    upgrade(url, migration_folders())
    return url


def _story() -> list[Event]:
    counts = Counts(created=_ROWS)
    return [
        Submitted(kind="bank_transactions", params={"currency": "RUB"}, source={"type": "upload"}),
        TaskStarted(seq=1, attempt=1, worker="conductor"),
        TaskProgressed(attempt=1, processed=0, total=_ROWS, message="source_surveyed"),
        *(
            TaskBatchImported(
                attempt=1, batch_no=n, rows=1_000, created=1_000, elapsed_ms=30, worker="importer-1"
            )
            for n in range(1, _BATCHES + 1)
        ),
        TaskSourceRead(attempt=1, rows=_ROWS, batches=_BATCHES),
        TaskCompleted(seq=2, attempt=1, totals=counts, outcome="clean", result={"inserted": _ROWS}),
    ]


async def _publish(publisher: Publisher) -> None:
    story = _story()
    for _ in range(0, EVENTS, AT_ONCE):
        messages = []
        for _ in range(AT_ONCE // OF_A_TASK):
            task_id = new_id()
            for place, event in enumerate(story):
                value, headers = encode(_envelope(task_id, event, place))
                messages.append((task_id.encode(), value, headers))
        await publisher.send_all(NAMESPACE + TASKS, messages)


def _envelope(task_id: str, event: Event, place: int) -> Envelope:
    return Envelope(
        id=new_id(),
        time=utc_now() + timedelta(milliseconds=place),
        subject=task_id,
        actor="system:bench",
        correlation_id=task_id,
        causation_id=None,
        source="/tidemark/bench",
        event=event,
    )


async def _started(bench: Bench, url: str, *arguments: str) -> asyncio.subprocess.Process:
    environment = {
        "TIDEMARK_KAFKA": bench.running.kafka,
        "TIDEMARK_DATABASE_URL": url,
        "TIDEMARK_NAMESPACE": NAMESPACE,
    }
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "projections.main", *arguments),
        cwd=ROOT,
        env=os.environ | environment,
        stdout=asyncio.subprocess.PIPE if arguments else None,
    )


@asynccontextmanager
async def _projection(bench: Bench, url: str) -> AsyncIterator[None]:
    process = await _started(bench, url)
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


async def _until(url: str, events: int) -> None:
    """The stored offsets cover so many events."""
    query = 'SELECT coalesce(sum("offset" + 1), 0) FROM read.projection_offset WHERE topic = %s'
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        async with asyncio.timeout(PATIENCE):
            while True:
                found = await connection.execute(query, [NAMESPACE + TASKS])
                row = await found.fetchone()
                if row is not None and row[0] >= events:
                    return
                await asyncio.sleep(0.05)


async def _lags(url: str, publisher: Publisher) -> list[float]:
    """Until cancelled: from the publication of a task to its row in the live tables."""
    lags: list[float] = []
    query = "SELECT EXISTS (SELECT FROM read.task WHERE id = %s)"
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        try:
            while True:
                task_id, began = new_id(), time.perf_counter()
                await publisher.publish(NAMESPACE + TASKS, _envelope(task_id, _story()[0], 0))
                while (await (await connection.execute(query, [task_id])).fetchone()) != (True,):
                    await asyncio.sleep(0.005)
                lags.append(time.perf_counter() - began)
                await asyncio.sleep(MARK_EVERY)
        except asyncio.CancelledError:
            return lags
