"""How long a large import goes on writing after it was told to stop."""

import threading
import time
from dataclasses import dataclass, field

from benchmarks.bench import Bench, patience
from benchmarks.database import Tables
from benchmarks.report import BenchmarkFailed, Figure, Outcome, at_most
from benchmarks.statements import statement

# Cancelled when this share of the rows is in: far from the start, far from the end.
SHARE = 0.2
POLL = 0.005
WATCH_SECONDS = 5.0
MOST_SECONDS = 1.0


@dataclass(slots=True)
class Commits:
    """Looks again and again how many batches are committed, on a connection of its own."""

    url: str
    task_id: str
    batches: int = 0
    last: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event)

    def watch(self) -> None:
        tables = Tables(self.url)
        try:
            while not self._stop.wait(POLL):
                now = tables.applied(self.task_id)
                if now != self.batches:
                    self.batches, self.last = now, time.perf_counter()
        finally:
            tables.close()

    def stop(self) -> None:
        self._stop.set()


def measure(bench: Bench) -> Outcome:
    """The last commit is known to 5 ms, and never too early: it is when a new batch was first seen."""
    runs = []
    for number in range(bench.repeats):
        with statement(bench.folder, bench.rows) as path:
            bench.client.wait_until_idle(60)
            bench.say(f"cancelling an import of {bench.rows:,} documents, {number + 1} of {bench.repeats}")
            runs.append(_cancelled(bench, bench.client.submit(path)))
    late = max(after for after, _ in runs)
    answered = max(seconds for _, seconds in runs)
    what = f"Cancel of a running import of {bench.rows:,} documents, worst of {bench.repeats}"
    return Outcome(
        [
            at_most(f"{what}: last commit after the 202", MOST_SECONDS, max(0.0, late), "s", 3),
            Figure(f"{what}: last commit, counted from the 202", f"{late:+.3f} s"),
            Figure(f"{what}: POST to the 202", f"{answered:.3f} s"),
        ]
    )


def _cancelled(bench: Bench, task_id: str) -> tuple[float, float]:
    """Seconds from the 202 to the last commit (negative where it came before), and to the 202."""
    _wait_for_share(bench, task_id)
    commits = Commits(bench.running.database_url, task_id)
    watching = threading.Thread(target=commits.watch, daemon=True)
    watching.start()
    try:
        began = time.perf_counter()
        answer = bench.client.cancel(task_id)
        answered = time.perf_counter()
        time.sleep(WATCH_SECONDS)
    finally:
        commits.stop()
        watching.join(10)
    status = bench.client.task(task_id)["status"]
    if status != "cancelled" or not commits.batches:
        raise BenchmarkFailed(f"cancelled ({answer['status']}), and {WATCH_SECONDS:g} s later it is {status}")
    return commits.last - answered, answered - began


def _wait_for_share(bench: Bench, task_id: str) -> None:
    until = time.monotonic() + patience(bench.rows)
    while (task := bench.client.task(task_id))["progress"]["processed"] < SHARE * bench.rows:
        if task["status"] not in ("pending", "running") or time.monotonic() > until:
            raise BenchmarkFailed(f"nothing to cancel: the import is {task['status']}")
        time.sleep(0.02)
