"""A history leaves the system as a file that proves itself, whatever happened to the read models."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.system.client import Client
from tests.system.conftest import Making
from tests.system.running import RunningStack, tidemark
from tests.system.test_rebuild import rebuilt
from tests.waiting import until

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

Line = dict[str, Any]


@pytest.fixture
def task_id(manager: Client, made: Making) -> str:
    """An import with one rejected row, of which all events stand under a signed root."""
    found = manager.started(made(400, bad=["date_impossible"]).path)
    assert manager.finished(found)["outcome"] == "partial"
    return found


def exported(stack: RunningStack, task_id: str, file: Path) -> list[Line]:
    tidemark(stack, "audit", "export", task_id, "--out", str(file), "--force")
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def proven(stack: RunningStack, task_id: str, file: Path) -> bool:
    """Whether the last event stands under a root already."""
    lines = exported(stack, task_id, file)
    return "root" in lines[-2]


def test_a_history_verifies_offline_before_and_after_a_rebuild(
    stack: RunningStack, manager: Client, task_id: str, tmp_path: Path
) -> None:
    file, roots = tmp_path / "audit.jsonl", tmp_path / "roots.jsonl"
    until(lambda: proven(stack, task_id, file), "a root over the last event", 60)
    key = tidemark(stack, "audit", "key").strip()
    tidemark(stack, "audit", "roots", "--out", str(roots))
    events = manager.every(f"/tasks/{task_id}/events")
    said = tidemark(stack, "audit", "verify", str(file), "--key", key, "--roots", str(roots))
    assert f"{len(events)} events of 1 task, nothing changed" in said
    assert "Signed with the key that was given" in said

    done = rebuilt(stack, "--switch")
    assert done.returncode == 0, done.stdout + done.stderr
    again = tmp_path / "again.jsonl"
    exported(stack, task_id, again)
    assert manager.every(f"/tasks/{task_id}/events") == events
    assert "nothing changed" in tidemark(
        stack, "audit", "verify", str(again), "--key", key, "--roots", str(roots)
    )


def test_one_byte_changed_is_named(stack: RunningStack, task_id: str, tmp_path: Path) -> None:
    file = tmp_path / "audit.jsonl"
    lines = exported(stack, task_id, file)
    batch = next(line for line in lines if line.get("type") == "task.batch_imported.v1")
    content = file.read_bytes()
    assert content.count(b'\\"created\\":') >= 1
    place = content.index(b'\\"created\\":') + len(b'\\"created\\":')
    file.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
    said = tidemark(stack, "audit", "verify", str(file))
    assert f"the first event that is not as it was is {batch['partition']}:{batch['offset']} " in said


def test_everything_at_once_verifies_and_reads_are_in_the_search(
    stack: RunningStack, manager: Client, task_id: str, tmp_path: Path
) -> None:
    file = tmp_path / "all.jsonl"
    tidemark(stack, "audit", "export", "--out", str(file))
    assert "nothing changed, removed or added" in tidemark(stack, "audit", "verify", str(file))
    manager.get(f"/tasks/{task_id}/rejects")
    reads = manager.get("/events", task_id=task_id, type="access.rejects_read.v1")["items"]
    assert [read["actor_name"] for read in reads] == ["manager"]


def test_a_moment_is_as_it_was_seen(stack: RunningStack, manager: Client, task_id: str) -> None:
    """In the terminal and by the API, while the import was half done."""
    events = manager.every(f"/tasks/{task_id}/events")
    middle = next(event for event in events if event["type"] == "task.batch_imported.v1")
    then = manager.get(f"/tasks/{task_id}", as_of=middle["position"])
    assert (then["status"], then["counts"]["created"]) == ("running", middle["data"]["created"])
    said = tidemark(stack, "show", task_id, "--as-of", middle["position"])
    assert "Running · Loaded" in said
    changes = manager.get(f"/tasks/{task_id}/diff", **{"from": middle["position"], "to": events[-1]["time"]})
    assert {"status", "counts.created", "outcome"} <= {change["field"] for change in changes["changes"]}
