"""A large statement from POST to ``completed``, beside psql, pgloader and dlt on the same rows."""

import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.bench import Bench, patience
from benchmarks.client import Import
from benchmarks.machine import pgloader_version
from benchmarks.processes import MB, WORKERS, Taken, forget_peaks, growth, taken, usage
from benchmarks.report import Figure, Outcome, at_most, faster
from benchmarks.rivals import dlt_merge, pgloader, psql
from benchmarks.statements import statement

PAUSE = 0.1
LEAST_OF_COPY, AIM_OF_COPY, LEAST_OF_DLT = 0.15, 0.3, 2.0
MOST_MB, MOST_BYTES_A_ROW = 300.0, 20.0
COPY_REPEATS = 3
# dlt is tried on so many rows first: where all of them would take longer than ten minutes, it gets fewer.
DLT_TRIAL, DLT_SECONDS, DLT_FEWER = 20_000, 600.0, 200_000


def measure(bench: Bench) -> Outcome:
    """A tenth of the rows first, then all of them: what memory grows by between the two. A small one goes
    before, so that what a process loads once does not count as growth."""
    tenth = max(1, bench.rows // 10)
    _imported(bench, min(bench.small_rows, tenth))
    earlier = taken(bench.running.pids())
    forget_peaks(bench.running.pids())
    _imported(bench, tenth)
    before = taken(bench.running.pids())
    forget_peaks(bench.running.pids())
    run = _imported(bench, bench.rows)
    after = taken(bench.running.pids())
    rate = bench.rows / run.completed
    figures = [
        Figure(
            f"{bench.rows:,} documents, POST to completed, two importers",
            f"{run.completed:.1f} s = {rate:,.0f} rows/s, the upload's {run.uploaded:.1f} s included",
        ),
        *_beside_rivals(bench, run.task_id, rate),
        *_largest([earlier, before, after]),
        *_growth(before, after, bench.rows - tenth),
    ]
    title = f"Processes, after {tenth:,} and after {bench.rows:,} documents"
    return Outcome(figures, {title: usage(before, after)})


def _imported(bench: Bench, documents: int) -> Import:
    with statement(bench.folder, documents) as path:
        bench.client.wait_until_idle(60)
        bench.tables.settle()
        bench.say(f"importing {documents:,} documents, {path.stat().st_size / MB:,.0f} MB")
        return bench.client.run(path, documents, patience(documents), PAUSE)


def _beside_rivals(bench: Bench, task_id: str, rate: float) -> list[Figure]:
    path = bench.folder / "rows.copy"
    try:
        bench.tables.export(task_id, path)
        return [
            *_beside_copy(bench, path, rate),
            _beside_dlt(bench, path, rate),
            _beside_pgloader(bench, path, rate),
        ]
    finally:
        path.unlink(missing_ok=True)


def _beside_copy(bench: Bench, path: Path, rate: float) -> list[Figure]:
    times = []
    for number in range(COPY_REPEATS):
        bench.say(f"psql \\copy, {number + 1} of {COPY_REPEATS}")
        table = bench.tables.twin("by_copy")
        bench.tables.settle()
        times.append(psql.copy(bench.running.database_url, table, bench.tables.columns, path))
        bench.tables.checked(table, bench.rows)
        bench.tables.drop(table)
    theirs = bench.rows / statistics.median(times)
    asked = f"at least {LEAST_OF_COPY} times (aim {AIM_OF_COPY})"
    return [faster("The same rows", LEAST_OF_COPY, "psql \\copy", rate, theirs, asked)]


def _beside_pgloader(bench: Bench, path: Path, rate: float) -> Figure:
    if pgloader_version() is None:
        return Figure("The same rows, against pgloader", "not installed: apt-get install pgloader", "faster")
    bench.say("pgloader")
    table = bench.tables.twin("by_pgloader")
    bench.tables.settle()
    seconds = pgloader.load(bench.running.database_url, table, bench.tables.columns, path)
    bench.tables.checked(table, bench.rows)
    bench.tables.drop(table)
    return faster("The same rows", 1, "pgloader", rate, bench.rows / seconds, "faster")


def _beside_dlt(bench: Bench, path: Path, rate: float) -> Figure:
    trial = min(DLT_TRIAL, bench.rows)
    bench.say(f"dlt merge, {trial:,} rows to see how long it takes")
    guess = _merged(bench, path, trial) / trial * bench.rows
    rows = bench.rows if guess <= DLT_SECONDS else min(bench.rows, DLT_FEWER)
    bench.say(f"dlt merge, {rows:,} rows")
    theirs = rows / _merged(bench, path, rows)
    which = "The same rows" if rows == bench.rows else f"The first {rows:,} of them"
    return faster(which, LEAST_OF_DLT, "dlt merge", rate, theirs)


def _merged(bench: Bench, path: Path, rows: int) -> float:
    bench.tables.forget(dlt_merge.DATASET)
    bench.tables.settle()
    url = bench.running.database_url
    seconds = dlt_merge.merge(url, path, bench.tables.columns, rows, 2 * DLT_SECONDS)
    bench.tables.checked(f"{dlt_merge.DATASET}.{dlt_merge.TABLE}", rows)
    bench.tables.forget(dlt_merge.DATASET)
    return seconds


def _largest(moments: Sequence[Mapping[str, Taken]]) -> list[Figure]:
    """Of all processes, and of ours: Kafka's size is that of its heap, whatever we do."""
    peaks: dict[str, float] = {}
    for moment in moments:
        for name, process in moment.items():
            peaks[name] = max(process.peak / MB, peaks.get(name, 0.0))
    largest = max(peaks, key=peaks.__getitem__)
    worker = max((name for name in WORKERS if name in peaks), key=peaks.__getitem__)
    return [
        at_most(f"Largest process ({largest}), peak", MOST_MB, peaks[largest], "MB"),
        at_most(f"Largest of our processes ({worker}), peak", MOST_MB, peaks[worker], "MB"),
    ]


def _growth(before: Mapping[str, Taken], after: Mapping[str, Taken], rows: int) -> list[Figure]:
    grown = growth(before, after, rows)
    if not grown:
        return [Figure("Largest growth between the two sizes", "every process was restarted between")]
    most = max(grown, key=grown.__getitem__)
    what = f"Largest growth ({most}) between the two sizes"
    return [at_most(what, MOST_BYTES_A_ROW, grown[most], "bytes a row", 1)]
