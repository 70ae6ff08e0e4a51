"""A day's statement on an idle stack, beside the ORM import that it replaces."""

import statistics

from benchmarks.bench import Bench, patience
from benchmarks.database import exported_rows
from benchmarks.report import Figure, Outcome, at_most, faster
from benchmarks.rivals import orm
from benchmarks.statements import statement

PAUSE = 0.01
REPEATS, ORM_REPEATS = 7, 3
MOST_SECONDS, LEAST_OF_ORM = 0.8, 3.0


def measure(bench: Bench) -> Outcome:
    """Medians; the ORM gets the rows parsed and in memory, which spares it a part of the work."""
    times: list[float] = []
    for number in range(REPEATS):
        with statement(bench.folder, bench.small_rows) as path:
            bench.client.wait_until_idle(60)
            bench.tables.settle()
            run = bench.client.run(path, bench.small_rows, patience(bench.small_rows), PAUSE)
        bench.say(f"{bench.small_rows:,} documents, {number + 1} of {REPEATS}: {run.completed:.2f} s")
        times.append(run.completed)
    ours = statistics.median(times)
    theirs = statistics.median(_by_orm(bench, run.task_id))
    what = f"{bench.small_rows:,} documents on an idle stack"
    return Outcome(
        [
            at_most(f"{what}, POST to completed, median of {REPEATS}", MOST_SECONDS, ours, "s", 2),
            Figure(f"{what}, fastest and slowest", f"{min(times):.2f} s and {max(times):.2f} s"),
            faster(what, LEAST_OF_ORM, "an ORM import", bench.small_rows / ours, bench.small_rows / theirs),
        ]
    )


def _by_orm(bench: Bench, task_id: str) -> list[float]:
    path = bench.folder / "rows.copy"
    try:
        bench.tables.export(task_id, path)
        rows = orm.prepared(exported_rows(path, bench.tables.columns, bench.small_rows))
    finally:
        path.unlink(missing_ok=True)
    times = []
    for number in range(ORM_REPEATS):
        table = bench.tables.twin("by_orm")
        bench.tables.settle()
        times.append(orm.load(bench.running.database_url, table, rows))
        bench.tables.checked(table, len(rows))
        bench.tables.drop(table)
        bench.say(f"by the ORM, {number + 1} of {ORM_REPEATS}: {times[-1]:.2f} s")
    return times
