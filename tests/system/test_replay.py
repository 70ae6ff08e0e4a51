"""A task runs again, goes on, or loads its rejected rows: its file is there exactly, whatever dies."""

import asyncio
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import httpx
import psycopg
import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete

from stack.onec.schema import IN, OUT
from tests.system.books import VERDICTS, rows, wait_for_the_middle
from tests.system.client import Client, Json
from tests.system.conftest import Making
from tests.system.onec import OneC
from tests.system.running import RunningStack, standing_still, tidemark
from tests.system.statements import Statement
from tests.system.test_onec import begun
from tests.system.words import check_problem
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
    # Said by whichever of the two has read the statement to its end; by both where the first was told to
    # stop between its last row and saying so.
    assert {total["turnover"] for one in (first, second) for total in one["totals"]} == {"adds_up"}


def test_a_cancelled_half_import_runs_again(stack: RunningStack, manager: Client, made: Making) -> None:
    file = made(PART)
    task_id = stopped_half_way(stack, manager, file)
    replayed(manager, task_id, **AGAIN)
    check_whole(stack, manager, task_id, file)
    replayed(manager, task_id, scope="all", input="source")
    check_whole(stack, manager, task_id, file)


@pytest.mark.parametrize("process", ["reader", "importer-1", "conductor"])
def test_kill_9_during_a_replay(stack: RunningStack, manager: Client, made: Making, process: str) -> None:
    file = made(100_000)
    task_id = stopped_half_way(stack, manager, file)
    answer = replay(manager, task_id, **AGAIN)
    assert answer.status_code == 202, answer.text
    before = stack.pids()[process]
    with stack.database() as connection:
        until(lambda: applied_in(connection, task_id, 2) >= 3, "the middle of the replay", 120)
        os.kill(before, signal.SIGKILL)
    stack.wait_until_restarted(process, before)
    check_whole(stack, manager, task_id, file)


def applied_in(connection: psycopg.Connection[Any], task_id: str, attempt: int) -> int:
    found = connection.execute(
        "SELECT count(*) FROM applied_batch WHERE task_id = %s AND attempt = %s", [task_id, attempt]
    ).fetchone()
    assert found is not None
    return int(found[0])


def test_a_replay_is_stopped_and_goes_on(stack: RunningStack, manager: Client, made: Making) -> None:
    """Nothing of it is lost, and what the first attempt had brought stays counted."""
    file = made(100_000)
    task_id = manager.started(file.path)
    assert manager.finished(task_id)["outcome"] == "clean"
    assert replay(manager, task_id, **AGAIN).status_code == 202
    with stack.database() as connection:
        until(lambda: applied_in(connection, task_id, 2) >= 3, "the middle of the replay", 120)
    assert manager.http.post(f"/tasks/{task_id}/cancel").status_code == 202
    task = manager.task(task_id)
    assert (task["status"], task["last_attempt"]["status"]) == ("completed", "cancelled")
    assert sum(task["counts"].values()) == file.documents
    replayed(manager, task_id, scope="unfinished")
    check_whole(stack, manager, task_id, file)
    assert manager.task(task_id)["counts"]["unchanged"] == file.documents


def test_two_people_at_once(stack: RunningStack, manager: Client, made: Making) -> None:
    task_id = manager.started(made(200).path)
    manager.finished(task_id)
    with ThreadPoolExecutor(2) as two:
        answers = list(two.map(lambda language: replay(manager, task_id, language, **AGAIN), ("ru", "en")))
    assert sorted(answer.status_code for answer in answers) == [202, 409]
    lost = next(answer.json() for answer in answers if answer.status_code == 409)
    assert lost["args"]["refused"] in {"attempt_out_of_order", "still_running"}
    assert manager.finished(task_id)["attempt"] == 2


def test_rejected_rows_are_loaded_after_their_correction(
    stack: RunningStack, manager: Client, made: Making
) -> None:
    task_id = manager.started(made(60, bad=["date_impossible", "date_impossible"]).path)
    assert manager.finished(task_id)["counts"] == dict.fromkeys(VERDICTS, 0) | {"created": 58, "rejected": 2}
    one, other = manager.every(f"/tasks/{task_id}/rejects")
    correct(manager, task_id, one, Дата="28.02.2025", ДатаСписано="28.02.2025", ДатаПоступило="28.02.2025")
    task = replayed(manager, task_id)
    assert (task["counts"]["created"], task["counts"]["rejected"], task["outcome"]) == (59, 1, "partial")
    [still] = manager.every(f"/tasks/{task_id}/rejects", attempt=2)
    assert still["row_no"] == other["row_no"]
    difference = manager.get(f"/tasks/{task_id}/attempts/1/diff/2")
    assert [(row["row_no"], row["change"]) for row in difference["items"]] == [(one["row_no"], "accepted")]
    correct(manager, task_id, still, Дата="28.02.2025", ДатаСписано="28.02.2025", ДатаПоступило="28.02.2025")
    task = replayed(manager, task_id, scope="rejected", input="source")
    assert (task["counts"]["created"], task["outcome"]) == (60, "clean")
    check_corrections_stay(stack, manager, task_id)


def correct(client: Client, task_id: str, reject: Json, **fields: str) -> None:
    """As a person does: the row in another form."""
    changed = {name: value for name, value in fields.items() if reject["raw"].get(name)}
    asked = {"fields": changed, "expected": 0, "attempt": reject["attempt"]}
    answer = client.http.patch(f"/tasks/{task_id}/rejects/{reject['row_no']}", json=asked)
    assert answer.is_success, answer.text


def check_corrections_stay(stack: RunningStack, client: Client, task_id: str) -> None:
    """A later run of the whole statement brings neither the bad rows back nor the mended ones twice; what a
    person has said of them stays."""
    with stack.database() as connection:
        connection.execute(
            "UPDATE bank_transaction SET category = 'Аренда', classified_by = 'person'"
            " WHERE task_id = %s AND date = '2025-02-28'",
            [task_id],
        )
    for wanted in (AGAIN, {"scope": "all", "input": "source"}):
        task = replayed(client, task_id, **wanted)
        assert task["counts"] == dict.fromkeys(VERDICTS, 0) | {"unchanged": 60}
        assert task["outcome"] == "clean"
    with stack.database() as connection:
        assert rows(connection, task_id) == 60
        found = connection.execute(
            "SELECT DISTINCT category FROM bank_transaction WHERE task_id = %s AND date = '2025-02-28'",
            [task_id],
        ).fetchall()
    assert found == [("Аренда",)]


def forget_recorded(stack: RunningStack) -> None:
    """As when their retention has ended: the log begins behind everything that was recorded."""

    async def delete() -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=stack.kafka)
        await admin.start()
        try:
            everything = {
                TopicPartition("batches.normal", number): RecordsToDelete(-1) for number in range(12)
            }
            await admin.delete_records(everything)
        finally:
            await admin.close()

    asyncio.run(delete())


def test_a_retention_that_ran_out_is_said(stack: RunningStack, manager: Client, made: Making) -> None:
    file = made(200)
    task_id = manager.started(file.path)
    before = manager.finished(task_id)
    forget_recorded(stack)
    russian, english = (replay(manager, task_id, language, **AGAIN).json() for language in ("ru", "en"))
    assert check_problem(russian, english, 409, "recorded_input_gone") == {"batch": 1, "batches": 2}
    assert manager.task(task_id) == before
    task = replayed(manager, task_id, scope="all", input="source")
    assert task["counts"] == dict.fromkeys(VERDICTS, 0) | {"unchanged": file.documents}


def test_a_retention_that_runs_out_half_way(stack: RunningStack, manager: Client, made: Making) -> None:
    """The recording goes while the attempt waits for its reader: it fails by name, and alone."""
    file = made(200)
    task_id = manager.started(file.path)
    before = manager.finished(task_id)
    with standing_still(stack.pids()["reader"]):
        assert replay(manager, task_id, **AGAIN).status_code == 202
        forget_recorded(stack)
    until(lambda: manager.task(task_id)["last_attempt"]["status"] == "failed", "the attempt has failed", 60)
    task = manager.task(task_id)
    assert task["last_attempt"]["error"]["type"] == "recorded_input_gone"
    assert (task["status"], task["outcome"], task["counts"]) == ("completed", "clean", before["counts"])
    assert "Attempt 2: Failed" in tidemark(stack, "show", task_id)


def test_replay_on_the_command_line(stack: RunningStack, manager: Client, made: Making) -> None:
    task_id = manager.started(made(200).path)
    manager.finished(task_id)
    assert "200" in tidemark(stack, "replay", task_id, "--scope", "all", "--follow")
    assert manager.task(task_id)["attempt"] == 2
    assert "nothing is unfinished" in tidemark(stack, "replay", task_id, "--scope", "unfinished")
