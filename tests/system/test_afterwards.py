"""What is asked of tasks later: what stands on them, why they wait, what a cleanup leaves of them."""

from datetime import date
from pathlib import Path

import pytest

from tests.system.client import Client, Json
from tests.system.conftest import Making
from tests.system.onec import OneC
from tests.system.running import RunningStack, tidemark
from tests.system.test_onec import begun
from tests.system.test_rebuild import rebuilt
from tests.waiting import until

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]


def test_a_task_that_is_retried_says_when_which_try_and_why_and_is_found_by_it(
    stack: RunningStack, manager: Client, onec: OneC
) -> None:
    onec.stop()
    task_id = begun(manager, date(2023, 11, 1), date(2023, 11, 3))
    last: Json = {}

    def waits() -> bool:
        last.update(manager.task(task_id))
        return bool(last["retry"])

    until(waits, "the next try is planned", 60)
    retry, failure = last["retry"], last["error"]["fingerprint"]
    assert (last["status"], retry["tries"]) == ("running", 1)
    assert retry["at"] > last["created_at"]
    for wanted in ({"retrying": True}, {"failure": failure, "retrying": True}):
        assert task_id in [task["id"] for task in manager.every("/tasks", **wanted)]
    assert "Retrying at" in tidemark(stack, "tasks", "--retrying")
    onec.start()
    assert manager.finished(task_id)["outcome"] == "clean"
    assert task_id not in [task["id"] for task in manager.every("/tasks", retrying=True)]


def test_what_stands_on_an_import_is_told(manager: Client, made: Making) -> None:
    file = made(50).path
    first = manager.started(file)
    manager.finished(first)
    second = manager.started(file, force=True)
    manager.finished(second)
    found = manager.get(f"/tasks/{first}/impact")
    assert [(one["task_id"], one["how"], one["rows"]) for one in found["standing_on"]] == [
        (second, "brought", 50)
    ]
    # The same pair from the other side: undone alone, the second takes nothing of the first's.
    standing = manager.get(f"/tasks/{second}/impact")["stands_on"]
    assert [(one["task_id"], one["how"], one["rows"]) for one in standing] == [(first, "brought", 50)]


def test_what_was_cleaned_up_leaves_the_lists_and_its_history_stays_and_verifies(
    stack: RunningStack, manager: Client, made: Making, tmp_path: Path
) -> None:
    admin = Client.signed_in(stack.known()["api"], "admin", stack.passwords["admin"])
    task_id = manager.started(made(200, bad=["date_missing"]).path)
    manager.finished(task_id)
    asked = admin.http.post("/tasks/cleanup", json={"older_than_days": 0})
    assert asked.status_code == 202, asked.text
    path = f"/tasks/{task_id}"
    until(lambda: manager.http.get(path).status_code == 404, "the task has left the lists", 60)
    assert manager.http.get(path).json()["code"] == "task_purged"
    assert task_id not in [task["id"] for task in manager.every("/tasks")]
    events = manager.every(f"{path}/events")
    assert events[-1]["type"] == "task.purged.v1"
    file = tmp_path / "trail.jsonl"
    tidemark(stack, "audit", "export", task_id, "--out", str(file))
    said = tidemark(stack, "audit", "verify", str(file))
    assert f"{len(events)} events of 1 task, nothing changed" in said
    done = rebuilt(stack)
    assert done.returncode == 0, done.stdout + done.stderr
    admin.http.close()
