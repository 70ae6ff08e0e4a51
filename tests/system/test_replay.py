"""A task runs again, goes on, or loads its rejected rows: its file is there exactly, whatever dies."""

from datetime import date

import httpx
import pytest

from stack.onec.schema import IN, OUT
from tests.system.books import VERDICTS, rows, wait_for_the_middle
from tests.system.client import Client, Json
from tests.system.conftest import Making
from tests.system.onec import OneC
from tests.system.running import RunningStack
from tests.system.statements import Statement
from tests.system.test_onec import begun
from tests.waiting import until

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

PART = 30_000
AGAIN = {"scope": "all", "input": "recorded"}


def replay(client: Client, task_id: str, language: str = "en", **wanted: str) -> httpx.Response:
    headers = {"Accept-Language": language}
    return client.http.post(f"/tasks/{task_id}/replay", json=wanted, headers=headers)


def replayed(client: Client, task_id: str, **wanted: str) -> Json:
    """The task when the attempt that was asked for has ended."""
    answer = replay(client, task_id, **wanted)
    assert answer.status_code == 202, answer.text
    attempt = answer.json()["attempt"]
    until(lambda: client.task(task_id)["attempt"] == attempt, "the attempt is there")
    return client.finished(task_id)


def check_whole(stack: RunningStack, client: Client, task_id: str, file: Statement) -> None:
    """Exactly the documents of the file, and each counted once over all attempts."""
    task = client.finished(task_id)
    assert (task["status"], task["outcome"], task["error"]) == ("completed", "clean", None)
    assert sum(task["counts"].values()) == file.documents
    with stack.database() as connection:
        found = connection.execute(
            "SELECT count(*), count(DISTINCT row_no), min(row_no), max(row_no) FROM bank_transaction"
            " WHERE task_id = %s",
            [task_id],
        ).fetchone()
    assert found == (file.documents, file.documents, 1, file.documents)
    attempts = client.every(f"/tasks/{task_id}/attempts")
    assert all(sum(one["counts"].values()) <= file.documents for one in attempts)


def stopped_half_way(stack: RunningStack, client: Client, file: Statement) -> str:
    task_id = client.started(file.path)
    with stack.database() as connection:
        wait_for_the_middle(connection, task_id)
    answer = client.http.post(f"/tasks/{task_id}/cancel")
    assert answer.status_code == 202, answer.text
    assert client.finished(task_id)["status"] == "cancelled"
    return task_id


def test_replay_while_1c_is_down(stack: RunningStack, manager: Client, onec: OneC) -> None:
    first, last = date(2023, 9, 1), date(2023, 9, 20)
    documents = sum(onec.documents(entity, first, last) for entity in (IN, OUT))
    task_id = begun(manager, first, last)
    before = manager.finished(task_id)
    assert before["outcome"] == "clean"
    onec.stop()
    task = replayed(manager, task_id, **AGAIN)
    assert (task["status"], task["outcome"], task["attempt"]) == ("completed", "clean", 2)
    assert sum(task["counts"].values()) == sum(before["counts"].values()) >= documents > 0
    with stack.database() as connection:
        assert rows(connection, task_id) == documents


def test_a_cancelled_half_import_goes_on(stack: RunningStack, manager: Client, made: Making) -> None:
    file = made(PART)
    task_id = stopped_half_way(stack, manager, file)
    left = sum(manager.task(task_id)["counts"].values())
    assert 0 < left < PART
    task = replayed(manager, task_id)
    assert task["counts"] == dict.fromkeys(VERDICTS, 0) | {"created": PART}
    check_whole(stack, manager, task_id, file)
    first, second = manager.every(f"/tasks/{task_id}/attempts")
    assert (first["scope"], second["scope"], second["input"]) == ("all", "unfinished", "recorded")
    assert sum(first["counts"].values()) + sum(second["counts"].values()) == PART
    assert [total["turnover"] for total in second["totals"]] == ["adds_up"]


def test_a_cancelled_half_import_runs_again(stack: RunningStack, manager: Client, made: Making) -> None:
    file = made(PART)
    task_id = stopped_half_way(stack, manager, file)
    replayed(manager, task_id, **AGAIN)
    check_whole(stack, manager, task_id, file)
    replayed(manager, task_id, scope="all", input="source")
    check_whole(stack, manager, task_id, file)
