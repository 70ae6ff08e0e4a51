"""How fast a history is verified, an earlier moment shown, and an event found among a million.

In a database of its own, without a broker: what is measured is PostgreSQL's part and ours.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import psycopg
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.event_files import as_json_lines
from benchmarks.bench import Bench, percentile
from benchmarks.report import Figure, Outcome, at_most
from benchmarks.searches import BEGIN, FOUND_AMONG, fill, searches, timed
from cli.migrate import migration_folders
from domain.verification import Verifier
from events.base import Event
from events.cloudevents import Envelope, encode
from events.tasks import TaskBatchImported, TaskStarted, TaskSubmitted
from events.topics import PARTITIONS, TASKS
from infra.clock import new_id
from infra.kafka import Publisher
from infra.migrate import upgrade
from infra.postgres import create_engine, driver
from infra.signing import Signer, signed_by
from projections.polled import Message, decoded
from projections.position import Position
from projections.queries import past
from projections.queries.exporting import Exporting
from projections.queries.task_filter import TaskFilter
from projections.roots import Roots
from projections.schema import in_schema
from projections.store import apply_set

DATABASE = "tidemark_audit"
OF_ONE, SET = 10_000, 2_000
MOST_AS_OF_MS = 100.0
ASKED_A_SECOND = 50_000


def measure(bench: Bench) -> Outcome:
    """Events of one long task, then a file of them, then many events of others."""
    return asyncio.run(_measured(bench.running.database_url, bench.folder, bench.say))


async def _measured(server: str, folder: Path, say: Callable[[str], None]) -> Outcome:
    url = _database(server)
    engine = in_schema(create_engine(url, pool_size=2), writes=True)
    try:
        task_id = new_id()
        say(f"applying {OF_ONE:,} events of one task")
        await _apply(engine, task_id)
        figures = await _moments(engine, task_id)
        say("exporting and verifying")
        figures += await _file(engine, task_id, folder)
        say(f"making {FOUND_AMONG:,} events")
        fill(url)
        return Outcome(figures + await searches(engine))
    finally:
        await engine.dispose()


def _database(server: str) -> str:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {DATABASE}")
    url = server.rpartition("/")[0] + f"/{DATABASE}"
    upgrade(url, migration_folders())
    return url


def _events() -> Iterator[Event]:
    yield TaskSubmitted(kind="bank_transactions", source={"content": "ab" * 32})
    yield TaskStarted(seq=1, attempt=1, worker="conductor")
    for number in range(1, OF_ONE - 1):
        yield TaskBatchImported(
            attempt=1, batch_no=number, rows=1_000, created=1_000, elapsed_ms=30, worker="importer-1"
        )


async def _apply(engine: AsyncEngine, task_id: str) -> None:
    async with engine.connect() as connection:
        raw = await driver(connection)
        await raw.execute(
            'INSERT INTO projection_offset (topic, partition, topic_id, "offset")'
            " SELECT %s, n, 'bench', -1 FROM generate_series(0, %s) n",
            [TASKS, PARTITIONS - 1],
        )
        await raw.commit()
        positions = {(TASKS, number): -1 for number in range(PARTITIONS)}
        messages = [_message(task_id, offset, event) for offset, event in enumerate(_events())]
        for begin in range(0, OF_ONE, SET):
            polled = decoded(messages[begin : begin + SET], positions, "")
            await apply_set(raw, polled, None)
            positions |= polled.after


def _message(task_id: str, offset: int, event: Event) -> Message:
    time_of = BEGIN + timedelta(milliseconds=offset)
    envelope = Envelope(new_id(), time_of, task_id, "system:bench", task_id, None, "/tidemark/bench", event)
    value, headers = encode(envelope)
    return Message(TASKS, 3, offset, value, headers)


async def _moments(engine: AsyncEngine, task_id: str) -> list[Figure]:
    async def task(connection: AsyncConnection, offset: int) -> None:
        assert await past.one(connection, UUID(task_id), Position(3, offset)) is not None

    async def listed(connection: AsyncConnection, offset: int) -> None:
        at = BEGIN + timedelta(milliseconds=offset)
        assert (await past.listed(connection, TaskFilter(), at)).items
        await past.counts(connection, at)

    one = await timed(engine, task, OF_ONE)
    both = await timed(engine, listed, OF_ONE)
    what = f"as_of on a task with {OF_ONE:,} events"
    return [
        at_most(f"{what}, p95", MOST_AS_OF_MS, percentile(one, 0.95), "ms", 1),
        Figure("as_of on the list and the counters of it", f"p95 {percentile(both, 0.95):.1f} ms"),
    ]


async def _file(engine: AsyncEngine, task_id: str, folder: Path) -> list[Figure]:
    signer = Signer.of_seed("11" * 32)
    roots = Roots(engine, Publisher(""), signer)
    began = time.perf_counter()
    await roots.sign()
    signed = time.perf_counter() - began
    path = folder / "audit.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines: AsyncIterator[dict[str, object]] = Exporting(engine).of_task(UUID(task_id))
    began = time.perf_counter()
    with path.open("wb") as file:
        async for part in as_json_lines(lines, {"task_id": task_id, "complete": True}, signer):
            file.write(part)
    exported = time.perf_counter() - began
    began = time.perf_counter()
    with path.open("rb") as file:
        found = Verifier(signed_by).verify(file)
    verified = found.events / (time.perf_counter() - began)
    path.unlink()
    return [
        Figure(
            f"verify a file of {found.events:,} events",
            f"{verified:,.0f} events/s",
            f"at least {ASKED_A_SECOND:,} events/s",
            verified / ASKED_A_SECOND,
            verified >= ASKED_A_SECOND,
        ),
        Figure("export to lines of JSON, with their roots", f"{found.events / exported:,.0f} events/s"),
        Figure("put under signed roots", f"{found.events / signed:,.0f} events/s"),
    ]
