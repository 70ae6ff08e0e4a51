"""A running import can be stopped: nothing commits afterwards, and the file may come again."""

import time

import pytest

from tests.system.books import VERDICTS, applied, check_counts_are_rows, rows, wait_for_the_middle
from tests.system.client import Client
from tests.system.conftest import Making
from tests.system.log import Message, lag, messages_of
from tests.system.running import RunningStack
from tests.waiting import until

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

DOCUMENTS = 60_000
IMPORTERS, NORMAL = "tidemark-importer", "batches.normal"


def test_a_cancelled_import_stops_within_a_second_and_may_be_repeated(
    stack: RunningStack, manager: Client, made: Making
) -> None:
    file = made(DOCUMENTS)
    task_id = manager.started(file.path)
    with stack.database() as connection:
        wait_for_the_middle(connection, task_id)
        assert manager.http.post(f"/tasks/{task_id}/cancel").status_code == 202
        until_a_second_later = time.monotonic() + 1
        after_a_second = 0
        while time.monotonic() < until_a_second_later:
            after_a_second = applied(connection, task_id)
        # Every batch that is in the log has been delivered: whatever was to commit has done so.
        until(lambda: lag(stack.kafka, IMPORTERS, NORMAL) == 0, "the importers have seen every batch", 120)
        assert applied(connection, task_id) == after_a_second
        left = rows(connection, task_id)

    task = manager.finished(task_id)
    assert (task["status"], task["outcome"]) == ("cancelled", None)
    assert 0 < left < DOCUMENTS
    assert task["counts"] == dict.fromkeys(VERDICTS, 0) | {"created": left}
    assert [m.data["totals"]["created"] for m in _ends(stack, task_id)] == [left]

    again = manager.finished(manager.started(file.path))
    assert (again["status"], again["outcome"]) == ("completed", "clean")
    added = {"created": DOCUMENTS - left, "duplicate": left}
    assert again["counts"] == dict.fromkeys(VERDICTS, 0) | added
    check_counts_are_rows(stack, again)
    check_counts_are_rows(stack, manager.task(task_id))


def _ends(stack: RunningStack, task_id: str) -> list[Message]:
    return [m for m in messages_of(stack.kafka, "tasks", task_id) if m.type == "task.cancelled.v1"]


def test_what_has_ended_cannot_be_stopped(stack: RunningStack, manager: Client, made: Making) -> None:
    task_id = manager.started(made(10).path)
    assert manager.finished(task_id)["status"] == "completed"
    for language in ("ru", "en"):
        refused = manager.http.post(f"/tasks/{task_id}/cancel", headers={"Accept-Language": language})
        assert (refused.status_code, refused.json()["code"]) == (409, "cancel_refused")
        assert refused.json()["args"]["reason"] in refused.json()["detail"]
        assert (language == "ru") is ("уже" in refused.json()["detail"])
