"""How fast lists, filters, counters and searches answer among a million tasks and twenty million events.

In a database of its own, asked over HTTP from a process of the API as it is run. What is made is a year of an
installation (``scale_*.sql``), by two connections into tables without indexes, which are made afterwards.
"""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import psycopg
from psycopg import sql
from pwdlib import PasswordHash

from benchmarks.bench import Bench, percentile
from benchmarks.parts.scale_questions import Question, questions
from benchmarks.report import BenchmarkFailed, Figure, Outcome, at_most
from benchmarks.running import ROOT, USER
from cli.migrate import migration_folders
from infra.migrate import upgrade
from projections.migrations import p009_process_hours
from stack.ports import choose

DATABASE, NAMESPACE = "tidemark_scale", "bench-scale."
TASKS, SHARE = 1_000_000, 25_000
BEGIN = datetime(2025, 11, 1, tzinfo=UTC)
TRIED, MOST_MS, HOPELESS_MS = 40, 50.0, 5_000.0
START_SECONDS = 60.0
PASSWORD = "password of the benchmark"
_FOLDER = Path(__file__).resolve().parent
_TABLES = (
    "read.task",
    "read.attempt",
    "read.task_standing",
    "read.reject",
    "read.task_event",
    "public.intake",
)
# The write-ahead log of what is thrown away afterwards would be half of the time.
_SETTINGS = (
    "SET search_path TO read, public",
    "SET synchronous_commit TO off",
    "SET maintenance_work_mem TO '512MB'",
    "SET statement_timeout TO 0",
)
_INDEXES = """
SELECT c.conname, i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid), pg_get_constraintdef(c.oid)
FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid WHERE i.indrelid = %s::regclass
"""
_COUNTERS = (
    """
INSERT INTO task_count SELECT partition, status, count(*) FROM task GROUP BY 1, 2;
INSERT INTO task_count_change SELECT grain, date_trunc(grain, at, 'UTC'), partition, moved, sum(by)
FROM (SELECT at, partition, status AS moved, 1 AS by FROM task_standing
      UNION ALL SELECT at, partition, before, -1 FROM task_standing WHERE before IS NOT NULL) s
CROSS JOIN (VALUES ('day'), ('minute')) g (grain) GROUP BY 1, 2, 3, 4 ORDER BY 2;
INSERT INTO projection_offset (topic, partition, topic_id, "offset", log_end, seen_at)
SELECT 'bench-scale.tasks', partition, 'bench', max("offset"), max("offset") + 1, now() FROM task GROUP BY 2;
"""
    + p009_process_hours.FILL
)


def measure(bench: Bench) -> Outcome:
    """One table row for each question."""
    with psycopg.connect(bench.running.database_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {DATABASE}")
    url = bench.running.database_url.rpartition("/")[0] + f"/{DATABASE}"
    try:
        bench.say(f"making {TASKS:,} tasks and their events")
        began = time.perf_counter()
        events = fill(url, TASKS)
        took = time.perf_counter() - began
        made = Figure(f"making {TASKS:,} tasks and {events:,} events", f"{took:.0f} s, {size_of(url)}")
        bench.say(str(made))
        with api(url, bench.running.kafka, bench.folder) as client:
            outcome = asked(client, questions(TASKS, BEGIN))
        return Outcome([made, *outcome.figures], outcome.details)
    finally:
        with psycopg.connect(bench.running.database_url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")


def fill(url: str, tasks: int) -> int:
    """Make everything; returns how many events."""
    upgrade(url, migration_folders())
    with connected(url) as connection:
        run(connection, "scale_tasks.sql", begin=BEGIN, tasks=tasks)
        connection.execute("ANALYZE public.made")
        indexes = [made for table in _TABLES for made in _without_indexes(connection, table)]
    shares = range(1, tasks + 1, SHARE)
    with ThreadPoolExecutor(2) as two:
        list(two.map(lambda first: _share(url, first), shares))
        list(two.map(lambda statement: _execute(url, statement), indexes))
        list(two.map(lambda table: _execute(url, f"VACUUM (ANALYZE) {table}"), _TABLES))
    with connected(url) as connection:
        for statement in _COUNTERS.split(";"):
            connection.execute(statement)
        connection.execute("VACUUM (ANALYZE) task_count_change")
        row = connection.execute("SELECT count(*) FROM task_event").fetchone()
        assert row is not None
        return int(row[0])


@contextlib.contextmanager
def connected(url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in _SETTINGS:
            connection.execute(setting)
        yield connection


def run(connection: psycopg.Connection[Any], file: str, **values: Any) -> None:
    """The statements of a file, with values put in by the client: such statements take none."""
    text = (_FOLDER / file).read_text(encoding="utf-8")
    cursor = psycopg.ClientCursor(connection)
    for statement in text.split(";\n"):
        cursor.execute(statement, values)


def _share(url: str, first: int) -> None:
    with connected(url) as connection:
        for file in ("scale_models.sql", "scale_events.sql"):
            run(connection, file, first=first, last=first + SHARE - 1)


def _without_indexes(connection: psycopg.Connection[Any], table: str) -> list[str]:
    """Takes the indexes of a table away, and says how to make them again."""
    connection.execute(f"ALTER TABLE {table} SET UNLOGGED")
    connection.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
    again = []
    for constraint, index, definition, key in connection.execute(_INDEXES, [table]).fetchall():
        if constraint is None:
            connection.execute(f"DROP INDEX {index}")
            again.append(definition)
        else:
            connection.execute(
                sql.SQL(f"ALTER TABLE {table} DROP CONSTRAINT {{}}").format(sql.Identifier(constraint))
            )
            again.append(f"ALTER TABLE {table} ADD CONSTRAINT {constraint} {key}")
    # A key is made before the others: it wants the table for itself.
    return sorted(again)


def _execute(url: str, statement: str) -> None:
    with connected(url) as connection:
        connection.execute(statement)


def size_of(url: str) -> str:
    with connected(url) as connection:
        row = connection.execute("SELECT pg_size_pretty(pg_database_size(current_database()))").fetchone()
        assert row is not None
        return str(row[0])


@contextlib.contextmanager
def api(url: str, kafka: str, folder: Path) -> Iterator[httpx.Client]:
    """A process of the API over that database, and a client who has signed in."""
    _execute(url, _user())
    port = choose(set())
    variables = {
        "TIDEMARK_KAFKA": kafka,
        "TIDEMARK_DATABASE_URL": url,
        "TIDEMARK_NAMESPACE": NAMESPACE,
        "TIDEMARK_OBJECT_STORE": str(folder / "scale-objects"),
        "TIDEMARK_SECRET": "secret of the benchmark " * 2,
        "TIDEMARK_PORT": str(port),
        "TIDEMARK_LOG_LEVEL": "WARNING",
    }
    process = subprocess.Popen([sys.executable, "-m", "api.main"], cwd=ROOT, env=os.environ | variables)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", timeout=60, trust_env=False) as client:
            _sign_in(client, process)
            yield client
    finally:
        process.terminate()
        process.wait(30)


def _user() -> str:
    hashed = PasswordHash.recommended().hash(PASSWORD)
    return f"INSERT INTO users (name, password_hash, role) VALUES ('{USER}', '{hashed}', '{USER}')"


def _sign_in(client: httpx.Client, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        with contextlib.suppress(httpx.TransportError):
            answer = client.post("/auth/token", data={"username": USER, "password": PASSWORD})
            client.headers["Authorization"] = f"Bearer {answer.raise_for_status().json()['access_token']}"
            return
        if process.poll() is not None or time.monotonic() > until:
            raise BenchmarkFailed("the API over the large database does not answer")
        time.sleep(0.1)


def asked(client: httpx.Client, wanted: Sequence[Question]) -> Outcome:
    """Each question some times; the slowest p95 of each group is its figure."""
    rows: list[tuple[str, ...]] = [("question", "rows", "p50, ms", "p95, ms", "slowest, ms")]
    worst: dict[str, tuple[float, str]] = {}
    for question in wanted:
        found, times = timed(client, question.path, question.query)
        p95 = percentile(times, 0.95)
        rows.append(
            (
                f"{question.group}: {question.what}",
                str(found),
                *(f"{ms:.1f}" for ms in (percentile(times, 0.5), p95, max(times))),
            )
        )
        worst[question.group] = max(worst.get(question.group, (0.0, "")), (p95, question.what))
    figures = [
        at_most(f"{group} of {TASKS:,} tasks, the slowest ({what}), p95", MOST_MS, p95, "ms", 1)
        for group, (p95, what) in worst.items()
    ]
    return Outcome(figures, {f"Questions among {TASKS:,} tasks, over HTTP, {TRIED} times each": rows})


def timed(client: httpx.Client, path: str, query: Mapping[str, Any]) -> tuple[int, list[float]]:
    """How many rows it found, and the milliseconds of each time but the first; what takes seconds, or is
    given up by the server, is asked once."""
    found, times = 0, list[float]()
    for number in range(TRIED + 1):
        began = time.perf_counter()
        answer = client.get(path, params=query)
        took = (time.perf_counter() - began) * 1000
        if took > HOPELESS_MS:
            return found, [took]
        found = len(answer.raise_for_status().json().get("items", [None]))
        if number:
            times.append(took)
    return found, times
