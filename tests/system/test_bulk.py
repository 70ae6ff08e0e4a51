"""One request to many tasks: frozen, at a limited rate, one result for each, whatever is killed."""

import os
import signal
from collections import Counter

import pytest

from tests.system.client import Client, Json
from tests.system.conftest import Making
from tests.system.log import messages_of
from tests.system.running import RunningStack
from tests.waiting import until

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]


def test_many_tasks_are_stopped_by_one_operation_though_those_who_do_it_are_killed(
    stack: RunningStack, manager: Client, made: Making
) -> None:
    done = [manager.started(made(50).path) for _ in range(3)]
    for task_id in done:
        manager.finished(task_id)
    # More than run at once: some of them wait.
    running = [manager.started(made(20_000).path, params={"batch_size": 10}) for _ in range(10)]
    began = manager.task(done[0])["created_at"]
    chosen = {"kind": ["bank-transactions"], "created_from": began}
    wanted = {"action": "cancel", "filter": chosen}
    until(lambda: len(manager.every("/tasks", created_from=began)) == 13, "all tasks are in the list")
    preview = manager.http.post("/bulk/preview", json=wanted).raise_for_status().json()
    assert preview["tasks"] == 13
    assert preview["asked"] + sum(preview["skipped"].values()) == 13
    asked = {"action": "cancel", "selection": preview["selection"], "rate": 5}
    bulk = manager.http.post("/bulk", json=asked).raise_for_status().json()["task_id"]
    for name in ("api", "importer-1", "conductor"):
        os.kill(stack.pids()[name], signal.SIGKILL)
    until(lambda: bool(manager.patiently(bulk)), "the API answers again")
    late = manager.started(made(50).path)

    ended = manager.finished(bulk)
    assert (ended["status"], ended["counts"]["created"] + ended["counts"]["skipped"]) == ("completed", 13)
    for task_id in running:
        assert manager.finished(task_id)["status"] == "cancelled"
    assert manager.finished(late)["status"] == "completed"
    targets = manager.every(f"/tasks/{bulk}/targets")
    assert sorted(one["task_id"] for one in targets) == sorted([*done, *running])
    results = Counter(one["result"] for one in targets)
    assert results["skipped"] == 3
    assert results["accepted"] == 10
    for task_id in running:
        requests = [
            m for m in messages_of(stack.kafka, "tasks", task_id) if m.type == "task.cancel_requested.v1"
        ]
        assert {m.headers["ce_correlationid"] for m in requests} == {bulk}


def test_a_bulk_operation_can_be_stopped_and_asks_nothing_more(
    stack: RunningStack, manager: Client, made: Making
) -> None:
    tasks = [manager.started(made(20).path) for _ in range(6)]
    for task_id in tasks:
        manager.finished(task_id)
    began = manager.task(tasks[0])["created_at"]
    wanted = {"action": "replay", "scope": "all"}
    found: Json = manager.http.post(
        "/bulk/preview", json=wanted | {"filter": {"kind": ["bank-transactions"], "created_from": began}}
    ).json()
    bulk = manager.http.post("/bulk", json=wanted | {"selection": found["selection"], "rate": 1}).json()[
        "task_id"
    ]
    while not manager.every(f"/tasks/{bulk}/targets"):
        pass
    assert manager.http.post(f"/tasks/{bulk}/cancel").status_code == 202
    assert manager.finished(bulk)["status"] == "cancelled"
    assert len(manager.every(f"/tasks/{bulk}/targets")) < 6
