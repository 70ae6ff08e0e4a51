"""Any sequence of submit, batch, reject, correct, replay, cancel, undo, crash leaves counts that add up and a
rebuild equal to live.

The same sequences every time; ``TIDEMARK_SEQUENCES=50`` makes that many others. A failure prints its steps.
"""

import contextlib
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from jobs.formats.client_bank import generate
from tests.system.adding_up import Adding
from tests.system.client import Client
from tests.system.expecting import BATCH, REPAIRS, Books, File, Task
from tests.system.running import RunningStack, tidemark
from tests.system.settling import settled
from tests.system.test_rebuild import rebuilt

pytestmark = [pytest.mark.system, pytest.mark.timeout(3600 if "TIDEMARK_SEQUENCES" in os.environ else 600)]

SEEDS = count(90_000)
IMPORTERS = ("importer-1", "importer-2")
WORKERS = (*IMPORTERS, "reader", "conductor", "projections")
REFUSALS = frozenset(
    {"still_running", "attempt_out_of_order", "nothing_unfinished", "nothing_rejected", "unfinished_first"}
    | {"being_undone", "already_undone", "already_finished", "already_cancelled"}
)
SIZES, FAULTS = st.sampled_from([25, 140, 400]), st.lists(st.sampled_from(sorted(REPAIRS)), max_size=3)
SCOPES = st.sampled_from([None, "all", "unfinished", "rejected"])
INPUTS = st.sampled_from(["recorded", "recorded", "source"])


@dataclass(frozen=True)
class World:
    """Where the sequences happen."""

    stack: RunningStack
    client: Client
    folder: Path


class Sequences(RuleBasedStateMachine):
    """People who ask for anything, processes that die, and what must be there when all stands still."""

    tasks = Bundle("tasks")

    def __init__(self, world: World) -> None:
        super().__init__()
        self.stack, self.client, self.folder = world.stack, world.client, world.folder
        self.books = Books()
        self.steps: list[str] = []
        self.killed: list[str] = []
        self.failed = False

    @contextlib.contextmanager
    def step(self, said: str) -> Iterator[None]:
        """Whatever goes wrong from here on shows how it came to it."""
        self.steps.append(said)
        try:
            yield
        except BaseException as error:
            self.failed = True
            error.add_note("The steps were:\n  " + "\n  ".join(self.steps))
            raise

    @initialize(target=tasks, documents=SIZES, bad=FAULTS)
    def begin(self, documents: int, bad: list[str]) -> str:
        return self.submitted(documents, bad)

    @rule(target=tasks, documents=SIZES, bad=FAULTS)
    def submit(self, documents: int, bad: list[str]) -> str:
        return self.submitted(documents, bad)

    def submitted(self, documents: int, bad: list[str]) -> str:
        seed = next(SEEDS)
        with self.step(f"submit {documents} documents of seed {seed}, bad: {bad}"):
            content = b"".join(generate(documents, seed=seed, bad=bad))
            return self.accepted(File.of(str(seed), content), self.upload(content))

    def upload(self, content: bytes, **fields: Any) -> httpx.Response:
        return self.client.upload(content, params={"batch_size": BATCH}, **fields)

    def accepted(self, file: File, answer: httpx.Response) -> str:
        assert answer.status_code == 202, answer.text
        task_id = str(answer.json()["task_id"])
        self.books.tasks[task_id] = Task(task_id, file)
        self.steps[-1] += f" -> {task_id}"
        return task_id

    @rule(target=tasks, task_id=tasks, force=st.booleans())
    def submit_the_same_file(self, task_id: str, force: bool) -> str:
        file = self.books.tasks[task_id].file
        brothers = [task for task in self.books.tasks.values() if task.file is file]
        if len(brothers) > 1:
            # A third that brings the same rows is told of one other only, see ADR 16.
            return task_id
        with self.step(f"submit the file of {task_id} again, force: {force}"):
            self.settle()
            answer = self.upload(file.content, force=force)
            [first] = brothers
            if force or first.undone or first.last_end == "cancelled" or answer.status_code == 202:
                return self.accepted(file, answer)
            assert (answer.status_code, answer.json()["code"]) == (409, "file_already_imported"), answer.text
            return task_id

    @rule(task_id=tasks)
    def cancel(self, task_id: str) -> None:
        with self.step(f"cancel {task_id}"):
            self.answered(self.client.http.post(f"/tasks/{task_id}/cancel"))

    @rule(task_id=tasks, scope=SCOPES, source=INPUTS, wait=st.booleans())
    def replay(self, task_id: str, scope: str | None, source: str, wait: bool) -> None:
        with self.step(f"replay {task_id}, scope {scope}, input {source}, settled before: {wait}"):
            if wait:
                self.settle()
            answer = self.ask_replay(task_id, scope, source)
            if wait:
                self.check_refusal(self.books.tasks[task_id], scope, answer)

    def ask_replay(self, task_id: str, scope: str | None, source: str) -> httpx.Response:
        wanted = {"input": source} | ({"scope": scope} if scope else {})
        return self.answered(self.client.http.post(f"/tasks/{task_id}/replay", json=wanted))

    def check_refusal(self, task: Task, scope: str | None, answer: httpx.Response) -> None:
        """Where nothing else moves, what is refused is impossible, and what is impossible is refused."""
        if task.undone:
            wanted = None if scope == "all" else "already_undone"
        elif task.last_end == "completed" and scope in ("unfinished", "rejected"):
            nothing = scope == "unfinished" or not task.rejected
            wanted = f"nothing_{scope}" if nothing else None
        else:
            return
        if scope is not None and said(answer):
            assert answer.status_code == (409 if wanted else 202), answer.text
            assert wanted is None or answer.json()["args"]["refused"] == wanted

    @rule(task_id=tasks, wait=st.booleans())
    def undo(self, task_id: str, wait: bool) -> None:
        with self.step(f"undo {task_id}, settled before: {wait}"):
            if wait:
                self.settle()
            answer = self.ask_undo(task_id)
            if wait and said(answer):
                assert answer.status_code == (409 if self.books.tasks[task_id].undone else 202)

    def ask_undo(self, task_id: str) -> httpx.Response:
        return self.answered(self.client.http.post(f"/tasks/{task_id}/undo", json={}))

    def answered(self, answer: httpx.Response) -> httpx.Response:
        self.steps[-1] += f" -> {answer.status_code}"
        if answer.status_code == 409:
            refused = answer.json()["args"]
            reason = refused.get("refused", refused.get("reason"))
            self.steps[-1] += f" {reason}"
            assert reason in REFUSALS or answer.json()["code"] == "cancel_refused", answer.text
        elif answer.status_code == 503:
            # It may have reached the log all the same: what it has says so.
            assert answer.json()["code"] == "log_unavailable", answer.text
        else:
            assert answer.status_code == 202, answer.text
        return answer

    @rule(task_id=tasks, both=st.lists(st.sampled_from(["replay", "undo"]), min_size=2, max_size=2))
    def two_people_at_once(self, task_id: str, both: list[str]) -> None:
        with self.step(f"two people at once ask {task_id}: {both}"):
            self.settle()
            with ThreadPoolExecutor(2) as people:
                asked = [people.submit(self.ask_one, task_id, one) for one in both]
                refused = [one.result().status_code == 409 for one in asked]
            # One wins, where there is anything to win.
            assert not all(refused) or (self.books.tasks[task_id].undone and "replay" not in both)

    def ask_one(self, task_id: str, what: str) -> httpx.Response:
        return self.ask_undo(task_id) if what == "undo" else self.ask_replay(task_id, "all", "recorded")

    @rule(task_id=tasks, which=st.integers(0, 2), how=st.integers(0, 2))
    def correct(self, task_id: str, which: int, how: int) -> None:
        with self.step(f"correct row {which} of what stands rejected of {task_id}, way {how}"):
            self.settle()
            task = self.books.tasks[task_id]
            if not task.rejected:
                return
            row_no = sorted(task.rejected)[which % len(task.rejected)]
            amount, _ = task.file.rows[row_no]
            value = REPAIRS["date_impossible" if amount else "amount_missing"][how]
            self.say_correct(task, row_no, value)
            task.corrections[row_no] = value

    def say_correct(self, task: Task, row_no: int, value: str) -> None:
        rows = self.client.every(f"/tasks/{task.id}/rejects", only_current=True)
        [row] = [row for row in rows if row["row_no"] == row_no]
        names = ["Сумма"] if "amount" in row["code"] else ["Дата", "ДатаСписано", "ДатаПоступило"]
        fields = {name: value for name in names if name == "Сумма" or row["raw"].get(name)}
        wanted = {"fields": fields, "expected": row["corrections"], "attempt": row["attempt"]}
        answer = self.client.http.patch(f"/tasks/{task.id}/rejects/{row_no}", json=wanted)
        self.steps[-1] += f" -> row {row_no} as {value}"
        assert answer.status_code == 200, answer.text

    @precondition(lambda self: sum(name in IMPORTERS for name in self.killed) < 2)
    @rule(name=st.sampled_from(WORKERS))
    def kill(self, name: str) -> None:
        """Not three importers in one go: what was with each of them would be poison."""
        with self.step(f"kill -9 {name}"), contextlib.suppress(ProcessLookupError):
            if (pid := self.stack.pids().get(name)) is not None:
                os.kill(pid, signal.SIGKILL)
                self.killed.append(name)

    @rule()
    def look(self) -> None:
        with self.step("look"):
            self.check()

    def settle(self) -> None:
        settled(self.stack, list(self.books.tasks))
        self.killed.clear()
        for task in self.books.tasks.values():
            try:
                self.books.fold(task, self.client.every(f"/tasks/{task.id}/events"))
            except AssertionError as error:
                error.add_note(f"Of task {task.id}")
                raise

    def check(self) -> None:
        self.settle()
        Adding(self.stack, self.client, self.books).check()

    def teardown(self) -> None:
        if self.failed:
            return
        with self.step("at the end"):
            self.check()
            done = rebuilt(self.stack)
            assert done.returncode == 0, done.stdout + done.stderr
            assert "rebuilt equals live" in done.stdout
            file = self.folder / "trail.jsonl"
            tidemark(self.stack, "audit", "export", "--out", str(file))
            assert "nothing changed, removed or added" in tidemark(self.stack, "audit", "verify", str(file))


def said(answer: httpx.Response) -> bool:
    """Whether the conductor has answered before people were told that it was asked for."""
    if answer.status_code == 202:
        return bool(answer.json().get("attempt") or answer.json().get("accepted"))
    return answer.status_code == 409


def test_any_sequence_leaves_counts_that_add_up_and_a_rebuild_equal_to_live(
    stack: RunningStack, manager: Client, tmp_path: Path
) -> None:
    more = int(os.environ.get("TIDEMARK_SEQUENCES", "0"))
    world = World(stack, manager, tmp_path)

    class Here(Sequences):
        def __init__(self) -> None:
            super().__init__(world)

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=more or 5,
            stateful_step_count=12,
            derandomize=not more,
            database=None,
            deadline=None,
            # A sequence of some seconds is not worth making shorter: it would be run a hundred times.
            phases=(Phase.generate,),
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
