"""A workbook of 100,000 rows imported as stock, beside the time that the fastest Python reader needs just to
read it (python-calamine, in Rust, the sheet as a whole in memory)."""

import statistics
import time
from pathlib import Path

import psycopg
import python_calamine
import xlsxwriter

from benchmarks.bench import Bench, patience
from benchmarks.processes import MB, WORKERS, forget_peaks, taken, usage
from benchmarks.report import Figure, Outcome, at_most

ROWS, SMALL_ROWS = 100_000, 2_000
TIMES, MOST_MB = 2.5, 300.0
# Asking costs the API 2 ms each time.
REPEATS, PAUSE = 5, 0.05
HEADER = (
    "Артикул",
    "Наименование",
    "Производитель",
    "Склад",
    "Ед. изм.",
    "Количество",
    "Себестоимость",
    "Партия",
)
_FILL = f"""
INSERT INTO component (code, code_key, name, vendor, category, unit, method, coefficient, rounding, currency,
    task_id, row_no)
SELECT 'АБ-' || lpad(n::text, 6, '0'), 'АБ-' || lpad(n::text, 6, '0'), 'Деталь номер ' || n, '', '', 'шт',
    'weighted_avg', 1, 0.01, 'RUB', uuidv7(), n
FROM generate_series(1, {ROWS}) n;
"""


def measure(bench: Bench) -> Outcome:
    """Every part number is known and every lot is new, which is the dearest case."""
    path = bench.folder / "stock.xlsx"
    small = bench.folder / "small.xlsx"
    try:
        _write(path, ROWS, lot="П-1")
        _write(small, SMALL_ROWS, lot="П-0")
        with psycopg.connect(bench.running.database_url, autocommit=True) as connection:
            connection.execute(_FILL)
            connection.execute("VACUUM ANALYZE component")
        bench.client.run(small, SMALL_ROWS, patience(SMALL_ROWS), PAUSE, kind="stock")
        theirs = statistics.median(_read(path) for _ in range(REPEATS))
        bench.say(f"python-calamine reads {path.stat().st_size / MB:.1f} MB in {theirs:.2f} s")
        bench.client.wait_until_idle(60)
        before = taken(bench.running.pids())
        forget_peaks(bench.running.pids())
        ours = bench.client.run(path, ROWS, patience(ROWS), PAUSE, kind="stock").completed
        peaks = taken(bench.running.pids())
    finally:
        path.unlink(missing_ok=True)
        small.unlink(missing_ok=True)
    with psycopg.connect(bench.running.database_url, autocommit=True) as connection:
        connection.execute("TRUNCATE component, stock_lot CASCADE")
    what = f"a workbook of {ROWS:,} rows by {len(HEADER)} columns"
    largest = max((name for name in WORKERS if name in peaks), key=lambda name: peaks[name].peak)
    return Outcome(
        [
            at_most(
                f"{what}, POST to completed, against reading alone ({theirs:.2f} s)",
                TIMES * theirs,
                ours,
                "s",
                2,
            ),
            Figure(what, f"{ROWS / ours:,.0f} rows/s"),
            at_most(f"{what}, largest process ({largest})", MOST_MB, peaks[largest].peak / MB, "MB"),
        ],
        {f"Processes, for {what}": usage(before, peaks)},
    )


def _write(path: Path, rows: int, lot: str) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("TDSheet")
        sheet.write_row(0, 0, HEADER)
        for n in range(1, rows + 1):
            row = (f"АБ-{n:06}", f"Деталь номер {n}", f"Завод {n % 50}", f"Склад {n % 3}", "шт", n % 97 + 0.5)
            sheet.write_row(n, 0, (*row, 100 + n % 900 + 0.25, lot))


def _read(path: Path) -> float:
    began = time.perf_counter()
    rows = python_calamine.load_workbook(str(path)).get_sheet_by_index(0).to_python()
    assert len(rows) == ROWS + 1
    return time.perf_counter() - began
