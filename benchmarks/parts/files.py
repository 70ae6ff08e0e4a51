"""Contractors of a CSV file beside psql's ``\\copy`` of the same rows, and a spreadsheet of 1C."""

import statistics
import time
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.bench import Bench, patience
from benchmarks.files import contractors_csv, stock_mxl
from benchmarks.report import BenchmarkFailed, Figure, Outcome, at_most, faster
from benchmarks.rivals import psql
from jobs.formats import mxl

ROWS = 100_000
LEAST_OF_COPY, MXL_SECONDS = 0.3, 10.0
PAUSE, REPEATS = 0.1, 3
_COMPONENTS = f"""
INSERT INTO component (code, code_key, name, vendor, category, unit, method, coefficient, rounding, currency,
    task_id, row_no)
SELECT 'К-' || lpad(n::text, 6, '0'), 'К-' || lpad(n::text, 6, '0'), 'Компонент ' || n, '', '', 'шт',
    'weighted_avg', 1, 0.01, 'RUB', uuidv7(), n
FROM generate_series(1, {ROWS}) n
"""
_COLUMNS = """
SELECT column_name FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = 'contractor' AND column_name <> 'id' ORDER BY ordinal_position
"""


def measure(bench: Bench) -> Outcome:
    """Every row is new."""
    with psycopg.connect(bench.running.database_url, autocommit=True) as connection:
        figures = [*_contractors(bench, connection), *_spreadsheet(bench, connection)]
        connection.execute("TRUNCATE contractor, component, stock_lot CASCADE")
    return Outcome(figures)


def _contractors(bench: Bench, connection: psycopg.Connection[Any]) -> list[Figure]:
    path = bench.folder / "contractors.csv"
    times = []
    for number in range(REPEATS):
        contractors_csv(path, ROWS, number * ROWS)
        bench.say(f"contractors, {number + 1} of {REPEATS}")
        connection.execute("TRUNCATE contractor")
        times.append(_imported(bench, connection, path, "contractors", ROWS))
    ours = ROWS / statistics.median(times)
    theirs = ROWS / statistics.median(_copied(bench, connection))
    path.unlink()
    what = f"{ROWS:,} contractors of a CSV file, POST to completed"
    asked = f"at least {LEAST_OF_COPY} times"
    return [faster(what, LEAST_OF_COPY, "psql \\copy", ours, theirs, asked)]


def _copied(bench: Bench, connection: psycopg.Connection[Any]) -> list[float]:
    """The rows that were imported, by psql into a table with the same indexes."""
    path = bench.folder / "contractors.copy"
    columns = tuple(name for (name,) in connection.execute(_COLUMNS).fetchall())
    query = f"COPY (SELECT {', '.join(columns)} FROM contractor ORDER BY row_no) TO STDOUT"
    with path.open("wb") as file, connection.cursor().copy(query) as copy:
        for data in copy:
            file.write(data)
    times = []
    for _ in range(REPEATS):
        table = bench.tables.twin("contractors_by_copy", of="contractor")
        connection.execute("CHECKPOINT")
        times.append(psql.copy(bench.running.database_url, table, columns, path))
        bench.tables.checked(table, ROWS)
        bench.tables.drop(table)
    path.unlink()
    return times


def _spreadsheet(bench: Bench, connection: psycopg.Connection[Any]) -> list[Figure]:
    path = bench.folder / "stock.mxl"
    stock_mxl(path, ROWS)
    began = time.perf_counter()
    with path.open("rb") as file:
        read = sum(1 for _ in mxl.rows(file))
    alone = time.perf_counter() - began
    if read != ROWS + 2:
        raise BenchmarkFailed(f"{read} rows were read")
    bench.say(f"reading an .mxl of {ROWS:,} rows: {alone:.2f} s")
    connection.execute(_COMPONENTS)
    connection.execute("VACUUM (ANALYZE) component")
    imported = _imported(bench, connection, path, "stock", ROWS)
    path.unlink()
    return [
        at_most(f".mxl of {ROWS:,} rows, read alone", MXL_SECONDS, alone, "s", 2),
        at_most(f".mxl of {ROWS:,} rows as stock, POST to completed", MXL_SECONDS, imported, "s", 2),
    ]


def _imported(bench: Bench, connection: psycopg.Connection[Any], path: Path, kind: str, rows: int) -> float:
    bench.client.wait_until_idle(60)
    connection.execute("CHECKPOINT")
    return bench.client.run(path, rows, patience(rows), PAUSE, kind).completed
