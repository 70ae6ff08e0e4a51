"""How soon two hundred browsers know of an event, on a quiet stack and while an import runs."""

import asyncio
import time
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable

from benchmarks import log
from benchmarks.bench import Bench, patience, percentile
from benchmarks.log import Logged
from benchmarks.report import BenchmarkFailed, Figure, Outcome, at_most
from benchmarks.statements import statement, tiny
from benchmarks.watchers import Sighting, watchers

A_SECOND = 5
MOST_P99_MS = 150.0
LARGEST_IMPORT = 100_000
# What was appended last must have come to everybody before the clients are told to stop.
GRACE_SECONDS = 2.0


def measure(bench: Bench) -> Outcome:
    """Every client watches all tasks; an event counts once a client, when that client first knows of it
    or of a later one of its task."""
    few = round(A_SECOND * bench.seconds)
    quiet = _latencies(bench, lambda: _submit_steadily(bench, few))
    rows = min(LARGEST_IMPORT, bench.rows)
    busy = _latencies(bench, lambda: _import(bench, rows))
    what = f"Event to each of {bench.clients} WebSocket clients"
    return Outcome(
        [
            at_most(f"{what}, {A_SECOND} submissions/s, p99", MOST_P99_MS, percentile(quiet, 0.99), "ms", 1),
            _spread(f"{what}, {A_SECOND} submissions/s", quiet),
            at_most(
                f"{what}, {rows:,} documents arriving, p99", MOST_P99_MS, percentile(busy, 0.99), "ms", 1
            ),
            _spread(f"{what}, {rows:,} documents arriving", busy),
        ]
    )


def _spread(what: str, values: list[float]) -> Figure:
    shown = ", ".join(
        f"{name} {percentile(values, share):.1f}" for name, share in (("p50", 0.5), ("p90", 0.9))
    )
    return Figure(what, f"{shown}, most {max(values):.1f} ms; {len(values):,} deliveries")


def _latencies(bench: Bench, load: Callable[[], None]) -> list[float]:
    """Milliseconds, one for each event and client, while ``load`` does something."""
    bench.client.wait_until_idle(60)
    with watchers(bench.running.api, bench.client.token, bench.clients) as clients:
        clients.wait_until_ready()
        begin = asyncio.run(log.ends(bench.running.kafka))
        load()
        bench.client.wait_until_idle(60)
        time.sleep(GRACE_SECONDS)
        seen = clients.stop()
    logged = asyncio.run(log.logged_since(bench.running.kafka, begin))
    return [delay for client in seen for delay in delays(logged, client)]


def delays(logged: Iterable[Logged], seen: Iterable[Sighting]) -> list[float]:
    """Milliseconds from each event to the client's first news of its task that covers it. Raises
    BenchmarkFailed where such news never came."""
    news: dict[str, list[Sighting]] = defaultdict(list)
    for sighting in seen:
        news[sighting.task_id].append(sighting)
    found = []
    for event in logged:
        told = news[event.task_id]
        first = bisect_left(told, event.offset, key=lambda sighting: sighting.offset)
        if first == len(told):
            raise BenchmarkFailed(f"a client was not told of {event.partition}:{event.offset}")
        found.append((told[first].at - event.at) * 1000)
    return found


def _submit_steadily(bench: Bench, count: int) -> None:
    bench.say(f"{bench.clients} clients, {count} submissions, {A_SECOND} a second")
    path = bench.folder / "tiny.txt"
    began = time.perf_counter()
    for number in range(count):
        path.write_bytes(tiny())
        time.sleep(max(0.0, began + number / A_SECOND - time.perf_counter()))
        bench.client.submit(path)
    path.unlink()


def _import(bench: Bench, documents: int) -> None:
    bench.say(f"{bench.clients} clients, an import of {documents:,} documents")
    with statement(bench.folder, documents) as path:
        bench.client.run(path, documents, patience(documents), 0.2)
