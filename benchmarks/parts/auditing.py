"""How fast a history is verified, an earlier moment shown, and an event found among a million.

In a database of its own, without a broker: what is measured is PostgreSQL's part and ours.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psycopg
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.event_files import as_json_lines
from benchmarks.bench import Bench, percentile
from benchmarks.report import Figure, Outcome, at_most
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
from projections.position import Position
from projections.queries import past, search
from projections.queries.exporting import Exporting
from projections.queries.search import EventFilter
from projections.queries.task_filter import TaskFilter
from projections.roots import Roots
from projections.schema import in_schema
from projections.store import Message, apply_set, decoded

DATABASE = "tidemark_audit"
OF_ONE, SET, TRIED = 10_000, 2_000, 40
MOST_AS_OF_MS, MOST_SEARCH_MS = 100.0, 50.0
ASKED_A_SECOND = 50_000
FOUND_AMONG = 1_000_000
ENDED = ("task.completed.v1", "task.failed.v1")
BEGIN = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
_COPIES = """
INSERT INTO task_event (partition, "offset", task_id, number, kind, repeated, id, type, time, actor,
    correlation_id, causation_id, source, value, hash)
SELECT mod(n, 12), 1000000 + n, ('0199' || lpad(to_hex(n / 20), 28, '0'))::uuid, mod(n, 20) + 1,
    (ARRAY['bank_transactions', 'bank_transactions', 'contractors', 'stock_import'])[1 + mod(n / 20, 4)],
    false, gen_random_uuid()::text,
    CASE mod(n, 20) WHEN 0 THEN 'task.submitted.v1' WHEN 1 THEN 'task.started.v1'
        WHEN 18 THEN 'task.source_read.v1'
        WHEN 19 THEN CASE WHEN mod(n, 2000) = 19 THEN 'task.failed.v1' ELSE 'task.completed.v1' END
        ELSE 'task.batch_imported.v1' END,
    %s::timestamptz + n * interval '10 milliseconds',
    CASE mod(n, 20) WHEN 0 THEN 'user:0199aaaa-0000-7000-8000-' || lpad((mod(n / 20, 50))::text, 12, '0')
        ELSE 'system:importer' END,
    'c', NULL, '/tidemark/bench',
    '{"attempt":1,"worker":"importer-1","fingerprint":"f' || mod(n, 977) || '"}', '\\x00'
FROM generate_series(1, %s) n
"""


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
        _fill(url)
        return Outcome(figures + await _searches(engine))
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

    one = await _timed(engine, task)
    both = await _timed(engine, listed)
    what = f"as_of on a task with {OF_ONE:,} events"
    return [
        at_most(f"{what}, p95", MOST_AS_OF_MS, percentile(one, 0.95), "ms", 1),
        Figure("as_of on the list and the counters of it", f"p95 {percentile(both, 0.95):.1f} ms"),
    ]


async def _timed(engine: AsyncEngine, ask: Callable[[AsyncConnection, int], Awaitable[None]]) -> list[float]:
    chosen = random.Random(1)
    found = []
    async with engine.connect() as connection:
        for _ in range(TRIED):
            offset = chosen.randrange(OF_ONE)
            began = time.perf_counter()
            await ask(connection, offset)
            found.append((time.perf_counter() - began) * 1000)
    return found


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


def _fill(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET search_path TO read, public")
        connection.execute("SET synchronous_commit TO off")
        connection.execute(_COPIES, [BEGIN, FOUND_AMONG])
        connection.execute("VACUUM ANALYZE task_event")


async def _searches(engine: AsyncEngine) -> list[Figure]:
    person = "user:0199aaaa-0000-7000-8000-000000000007"
    middle = BEGIN + timedelta(seconds=FOUND_AMONG / 200)
    wanted = {
        "newest": EventFilter(),
        "before a time": EventFilter(time_to=middle),
        "failures": EventFilter(type=("task.failed.v1",)),
        "a kind and two types": EventFilter(
            kind=("stock_import",), type=("task.completed.v1", "task.failed.v1")
        ),
        "a person": EventFilter(actor=person, time_to=middle),
        "words": EventFilter(q="f7"),
    }
    figures = []
    for name, chosen in wanted.items():

        async def ask(connection: AsyncConnection, _: int, chosen: EventFilter = chosen) -> None:
            assert (await search.events(connection, chosen)).items

        found = await _timed(engine, ask)
        what = f"search among {FOUND_AMONG:,} events, {name}, p95"
        figures.append(at_most(what, MOST_SEARCH_MS, percentile(found, 0.95), "ms", 1))
    return figures
