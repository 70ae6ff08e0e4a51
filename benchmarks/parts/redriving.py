"""Rejected rows that were corrected, loaded again; and a whole import run again from its recording."""

import time
from pathlib import Path

import psycopg

from benchmarks.bench import Bench, patience
from benchmarks.client import FINAL
from benchmarks.report import BenchmarkFailed, Figure, Outcome, at_most
from jobs.formats.client_bank import generate

DOCUMENTS, BAD = 100_000, 10_000
MOST_SECONDS = 3.0
POLL = 0.02
_SEED = 990_001
# As an upload of the corrected error file would leave them.
_CORRECT = """
INSERT INTO correction (event_id, task_id, row_no, number, attempt, raw, row_hash, corrected_by, corrected_at)
SELECT uuidv7(), task_id, row_no, 1, attempt, replace(raw::text, '31.02.2025', '28.02.2025')::jsonb, '',
       'user:bench', now()
FROM read.reject WHERE task_id = %s
"""


def measure(bench: Bench) -> Outcome:
    """Documents of which every tenth is rejected for its date, so that all batches have some."""
    bench.client.wait_until_idle(60)
    bench.say(f"importing {DOCUMENTS:,} documents, {BAD:,} of them bad")
    path = bench.folder / "bad-rows.txt"
    try:
        _written(path)
        task_id = bench.client.submit(path)
    finally:
        path.unlink(missing_ok=True)
    _ended(bench, task_id, DOCUMENTS - BAD, BAD)
    _correct(bench, task_id)
    redrive = _replayed(bench, task_id, {"scope": "rejected"})
    _ended(bench, task_id, DOCUMENTS, 0)
    again = _replayed(bench, task_id, {"scope": "all", "input": "recorded"})
    rate = f"{again:.2f} s = {DOCUMENTS / again:,.0f} rows/s, all of them there already"
    return Outcome(
        [
            at_most(f"Redrive of {BAD:,} corrected rows of {DOCUMENTS:,}", MOST_SECONDS, redrive, "s", 2),
            Figure(f"Replay of {DOCUMENTS:,} recorded documents", rate),
        ]
    )


def _written(path: Path) -> None:
    with path.open("wb") as file:
        for chunk in generate(DOCUMENTS, seed=_SEED, bad=["date_impossible"] * BAD):
            file.write(chunk)


def _correct(bench: Bench, task_id: str) -> None:
    until = time.monotonic() + 60
    with psycopg.connect(bench.running.database_url, autocommit=True) as connection:
        while connection.execute(_REJECTS, [task_id]).fetchone() != (BAD,):
            if time.monotonic() > until:
                raise BenchmarkFailed("the rejected rows are not all shown")
            time.sleep(POLL)
        connection.execute(_CORRECT, [task_id])


_REJECTS = "SELECT count(*) FROM read.reject WHERE task_id = %s"


def _replayed(bench: Bench, task_id: str, wanted: dict[str, str]) -> float:
    """Seconds from the POST to the end of the attempt, as its client sees it."""
    began = time.perf_counter()
    attempt = bench.client.replay(task_id, wanted)
    while (task := bench.client.task(task_id))["attempt"] != attempt or task["status"] != "completed":
        if time.perf_counter() - began > patience(DOCUMENTS) or task["status"] == "failed":
            raise BenchmarkFailed(f"the replay is {task['status']}: {task['error']}")
        time.sleep(POLL)
    return time.perf_counter() - began


def _ended(bench: Bench, task_id: str, created: int, rejected: int) -> None:
    until = time.monotonic() + patience(DOCUMENTS)
    while (task := bench.client.task(task_id))["status"] not in FINAL and time.monotonic() < until:
        time.sleep(POLL)
    counts = task["counts"]
    if (counts["created"], counts["rejected"]) != (created, rejected):
        raise BenchmarkFailed(f"wanted {created} created and {rejected} rejected, got {counts}")
