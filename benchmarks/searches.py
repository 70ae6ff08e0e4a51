"""A million events of others, and how fast one among them is found."""

import random
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import psycopg
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from benchmarks.bench import percentile
from benchmarks.report import Figure, at_most
from projections.queries import search
from projections.queries.search import EventFilter

TRIED = 40
MOST_SEARCH_MS = 50.0
FOUND_AMONG = 1_000_000
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


def fill(url: str) -> None:
    """Make the million events."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET search_path TO read, public")
        connection.execute("SET synchronous_commit TO off")
        connection.execute(_COPIES, [BEGIN, FOUND_AMONG])
        connection.execute("VACUUM ANALYZE task_event")


async def timed(
    engine: AsyncEngine, ask: Callable[[AsyncConnection, int], Awaitable[None]], among: int = 1
) -> list[float]:
    """Milliseconds of each of the tries, which ask about chosen numbers below ``among``."""
    chosen = random.Random(1)
    found = []
    async with engine.connect() as connection:
        for _ in range(TRIED):
            offset = chosen.randrange(among)
            began = time.perf_counter()
            await ask(connection, offset)
            found.append((time.perf_counter() - began) * 1000)
    return found


async def searches(engine: AsyncEngine) -> list[Figure]:
    """By every filter that there is."""
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

        found = await timed(engine, ask)
        what = f"search among {FOUND_AMONG:,} events, {name}, p95"
        figures.append(at_most(what, MOST_SEARCH_MS, percentile(found, 0.95), "ms", 1))
    return figures
