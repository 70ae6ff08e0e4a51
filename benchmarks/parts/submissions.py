"""How soon a task that was submitted is seen, while fifty a second come in."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx

from benchmarks.bench import Bench, percentile
from benchmarks.processes import taken, usage
from benchmarks.report import BenchmarkFailed, Figure, Outcome, at_most
from benchmarks.statements import tiny

A_SECOND = 50
# Every tenth submission also asks when the log's own answer and the list have it: asking is load as well.
WATCHED = 10
PAUSE = 0.01
SEEN_SECONDS, IDLE_SECONDS, ANSWER_SECONDS = 30.0, 600.0, 60.0
MOST_P50_MS, MOST_P99_MS = 20.0, 100.0


@dataclass(frozen=True, slots=True)
class Seen:
    """Milliseconds from the POST: to its answer, to ``GET /tasks/{id}``, and of every tenth to the
    projection and to the list."""

    accepted: float
    shown: float
    projected: float | None = None
    listed: float | None = None


def measure(bench: Bench) -> Outcome:
    """Statements of one document, each another; then the time until all of them are imported."""
    count = round(A_SECOND * bench.seconds)
    bench.say(f"making {count:,} statements of one document")
    bodies = [tiny() for _ in range(count)]
    bench.client.wait_until_idle(60)
    bench.tables.settle()
    bench.say(f"{A_SECOND} submissions a second for {bench.seconds:g} s")
    before, began = taken(bench.running.pids()), time.perf_counter()
    seen = asyncio.run(_submit_all(bench, bodies))
    bench.say("waiting until all are imported")
    drained = (time.perf_counter() - began) + bench.client.wait_until_idle(IDLE_SECONDS)
    title = f"Processes, while {count:,} submissions came in and were imported"
    return Outcome(_figures(seen, drained), {title: usage(before, taken(bench.running.pids()))})


def _figures(seen: list[Seen], drained: float) -> list[Figure]:
    shown = [one.shown for one in seen]
    projected = [one.projected for one in seen if one.projected is not None]
    listed = [one.listed for one in seen if one.listed is not None]
    load = f"{A_SECOND} submissions/s"
    what = f"{load}: POST to GET /tasks/{{id}}"
    return [
        at_most(f"{what}, p50", MOST_P50_MS, percentile(shown, 0.5), "ms", 1),
        at_most(f"{what}, p99", MOST_P99_MS, percentile(shown, 0.99), "ms", 1),
        _spread(f"{load}: POST to its 202", [one.accepted for one in seen]),
        _spread(f"{load}: POST to GET /tasks/{{id}} as the log has it", projected),
        _spread(f"{load}: POST to GET /tasks (the list)", listed),
        Figure(f"{load}: first POST to all {len(seen):,} imported", f"{drained:.1f} s"),
    ]


def _spread(what: str, values: list[float]) -> Figure:
    return Figure(what, f"p50 {percentile(values, 0.5):.1f} ms, p99 {percentile(values, 0.99):.1f} ms")


async def _submit_all(bench: Bench, bodies: list[bytes]) -> list[Seen]:
    """Begin each at its moment, whether or not the ones before have been answered."""
    async with (
        httpx.AsyncClient(
            base_url=f"{bench.running.api}/api/v1",
            headers={"Authorization": f"Bearer {bench.client.token}"},
            timeout=ANSWER_SECONDS,
            # The server closes what is idle for 5 s: a connection must not be used just then.
            limits=httpx.Limits(max_connections=200, max_keepalive_connections=200, keepalive_expiry=2),
            trust_env=False,
        ) as api,
        asyncio.TaskGroup() as group,
    ):
        began = time.perf_counter()
        tasks = []
        for number, body in enumerate(bodies):
            await asyncio.sleep(max(0.0, began + number / A_SECOND - time.perf_counter()))
            tasks.append(group.create_task(_submit(api, body, watched=number % WATCHED == 0)))
    return [task.result() for task in tasks]


@dataclass(frozen=True, slots=True)
class _Since:
    """Milliseconds since a submission began, and until something was there to see."""

    api: httpx.AsyncClient
    began: float

    def now(self) -> float:
        return (time.perf_counter() - self.began) * 1000

    async def until(self, path: str, query: dict[str, str], there: Callable[[Any], bool]) -> float:
        while not there((await self.api.get(path, params=query)).raise_for_status().json()):
            if self.now() > SEEN_SECONDS * 1000:
                raise BenchmarkFailed(f"{path} does not show a task {SEEN_SECONDS:g} s after it was accepted")
            await asyncio.sleep(PAUSE)
        return self.now()


async def _submit(api: httpx.AsyncClient, body: bytes, *, watched: bool) -> Seen:
    since = _Since(api, time.perf_counter())
    answer = await api.post("/imports/bank-transactions", files={"file": ("tiny.txt", body)})
    task_id = answer.raise_for_status().json()["task_id"]
    accepted = since.now()
    task = (await api.get(f"/tasks/{task_id}")).raise_for_status().json()
    shown = since.now()
    if not watched:
        return Seen(accepted, shown)
    # The list up to this task's moment: at this rate the newest 50 are of the last second.
    moment = datetime.fromisoformat(task["created_at"]) + timedelta(milliseconds=1)
    projected, listed = await asyncio.gather(
        since.until(f"/tasks/{task_id}", {}, lambda found: found["position"] is not None),
        since.until("/tasks", {"created_to": moment.isoformat()}, lambda found: _holds(found, task_id)),
    )
    return Seen(accepted, shown, projected, listed)


def _holds(found: Any, task_id: str) -> bool:
    return any(one["id"] == task_id for one in found["items"])
