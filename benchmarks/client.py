"""A client of the API as a user's program would be: uploads, asks, waits; all of it within limits."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from benchmarks.report import BenchmarkFailed
from benchmarks.running import USER, Running

FINAL = frozenset({"completed", "failed", "cancelled"})
# An upload of 900 MB is answered when all of it is stored.
ANSWER_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Import:
    """One import as its client saw it; seconds count from the POST."""

    task_id: str
    uploaded: float
    completed: float


class Client:
    """Signed in as a manager."""

    def __init__(self, running: Running) -> None:
        self._api = httpx.Client(
            base_url=f"{running.api}/api/v1",
            timeout=ANSWER_SECONDS,
            # The server closes what is idle for 5 s: a connection must not be used just then.
            limits=httpx.Limits(keepalive_expiry=2),
            trust_env=False,
        )
        form = {"username": USER, "password": running.password}
        self.token: str = self._api.post("/auth/token", data=form).raise_for_status().json()["access_token"]
        self._api.headers["Authorization"] = f"Bearer {self.token}"

    def close(self) -> None:
        self._api.close()

    def submit(self, path: Path, kind: str = "bank-transactions") -> str:
        """Upload a file; its task's id."""
        with path.open("rb") as file:
            answer = self._api.post(f"/imports/{kind}", files={"file": (path.name, file)})
        task_id: str = answer.raise_for_status().json()["task_id"]
        return task_id

    def start(self, path: str, body: dict[str, Any]) -> str:
        """A task that needs no file; its id."""
        task_id: str = self._api.post(path, json=body).raise_for_status().json()["task_id"]
        return task_id

    def cancel(self, task_id: str) -> dict[str, Any]:
        answer: dict[str, Any] = self._api.post(f"/tasks/{task_id}/cancel").raise_for_status().json()
        return answer

    def undo(self, task_id: str, seconds: float) -> None:
        """Return when the task shows it."""
        self._api.post(f"/tasks/{task_id}/undo").raise_for_status()
        until = time.monotonic() + seconds
        while self.task(task_id)["outcome"] != "undone":
            if time.monotonic() > until:
                raise BenchmarkFailed(f"{task_id} is not undone after {seconds:.0f} s")
            time.sleep(0.02)

    def replay(self, task_id: str, wanted: dict[str, str]) -> int:
        """Ask for another attempt; its number."""
        answer = self._api.post(f"/tasks/{task_id}/replay", json=wanted)
        attempt: int = answer.raise_for_status().json()["attempt"]
        return attempt

    def task(self, task_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self._api.get(f"/tasks/{task_id}").raise_for_status().json()
        return found

    def run(
        self,
        path: Path,
        documents: int,
        seconds: float,
        pause: float,
        kind: str = "bank-transactions",
        verdict: str = "created",
    ) -> Import:
        """Import a file of rows that all end alike and wait until the API shows it as completed, asking
        every ``pause`` seconds; raises BenchmarkFailed where it ends otherwise or after ``seconds``."""
        began = time.perf_counter()
        task_id = self.submit(path, kind)
        uploaded = time.perf_counter() - began
        while True:
            task = self.task(task_id)
            elapsed = time.perf_counter() - began
            if task["status"] in FINAL:
                break
            if elapsed > seconds:
                raise BenchmarkFailed(
                    f"{path.name} is {task['status']} after {seconds:g} s: {task['progress']}"
                )
            time.sleep(pause)
        if (task["status"], task["outcome"], task["counts"][verdict]) != ("completed", "clean", documents):
            raise BenchmarkFailed(f"{path.name} ended as {task['status']}: {task['counts']}, {task['error']}")
        return Import(task_id, uploaded, elapsed)

    def wait_until_idle(self, seconds: float) -> float:
        """Wait until no task waits or runs, and say how long that took."""
        began = time.perf_counter()
        while True:
            counts: dict[str, int] = self._api.get("/tasks/counts").raise_for_status().json()
            elapsed = time.perf_counter() - began
            if not counts["pending"] + counts["running"]:
                return elapsed
            if elapsed > seconds:
                raise BenchmarkFailed(f"the stack is not idle after {seconds:g} s: {counts}")
            time.sleep(0.1)
