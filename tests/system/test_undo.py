"""An import is taken back: exactly, whatever dies meanwhile, and what others brought stays."""

import os
import signal
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from tests.system.books import check_imported, rows, wait_for_the_middle
from tests.system.client import Client, Json
from tests.system.conftest import Making
from tests.system.log import messages_of
from tests.system.running import RunningStack, tidemark
from tests.waiting import until

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

WHOLE, PART = 60_000, 5_000


def undo(client: Client, task_id: str, **body: Any) -> httpx.Response:
    return client.http.post(f"/tasks/{task_id}/undo", json=body, headers={"Accept-Language": "en"})


def undone(client: Client, task_id: str) -> Json:
    """The task when its undo shows; the API may be away meanwhile."""
    last: Json = {}

    def shown() -> bool:
        last.update(client.patiently(task_id))
        return last.get("outcome") == "undone"

    until(shown, f"the undo of task {task_id}", 240)
    return last


def left_over(connection: psycopg.Connection[Any], task_id: str) -> Sequence[Any]:
    """What an undo needs only while it goes on."""
    return connection.execute("SELECT FROM undo_row WHERE task_id = %s", [task_id]).fetchall()


def check_given_back(stack: RunningStack, task: Json, removed: int, times: int = 1) -> None:
    """Every row, once, and the log says so once each time."""
    given = {"removed": removed, "restored": 0, "conflicts": 0}
    assert task["result"]["undo"] == given
    assert (task["status"], task["progress"]["percent"]) == ("completed", 100)
    with stack.database() as connection:
        assert rows(connection, task["id"]) == 0
        assert left_over(connection, task["id"]) == []
    said = {
        m.headers["ce_id"]: m.data
        for m in messages_of(stack.kafka, "tasks", task["id"])
        if "undone" in m.type
    }
    assert [{name: data[name] for name in given} for data in said.values()] == [given] * times


def test_an_import_is_taken_back_and_its_file_is_loaded_again(
    stack: RunningStack, manager: Client, made: Making
) -> None:
    file = made(PART)
    task_id = manager.started(file.path)
    manager.finished(task_id)
    preview = manager.get(f"/tasks/{task_id}/undo/preview")
    assert (preview["possible"], preview["removed"], preview["conflicts"]) == (True, PART, 0)
    assert preview["dates"]["first"] <= preview["dates"]["last"]
    answer = undo(manager, task_id)
    assert (answer.status_code, answer.json()["accepted"]) == (202, True), answer.text
    check_given_back(stack, undone(manager, task_id), PART)
    again = undo(manager, task_id)
    assert (again.status_code, again.json()["args"]["refused"]) == (409, "already_undone")
    check_imported(stack, manager, manager.started(file.path), file)


def test_what_a_stopped_import_left_can_go_too(stack: RunningStack, manager: Client, made: Making) -> None:
    task_id = manager.started(made(WHOLE).path)
    with stack.database() as connection:
        wait_for_the_middle(connection, task_id)
    assert manager.http.post(f"/tasks/{task_id}/cancel").status_code == 202
    left = manager.finished(task_id)["counts"]["created"]
    assert 0 < left < WHOLE
    assert undo(manager, task_id).status_code == 202
    task = undone(manager, task_id)
    assert (task["status"], task["result"]["undo"]["removed"]) == ("cancelled", left)
    with stack.database() as connection:
        assert rows(connection, task_id) == 0


def test_an_undo_is_undone_by_a_replay_of_all(stack: RunningStack, manager: Client, made: Making) -> None:
    file = made(PART)
    task_id = manager.started(file.path)
    manager.finished(task_id)
    for times in (1, 2):
        undo(manager, task_id)
        check_given_back(stack, undone(manager, task_id), PART, times)
        answer = manager.http.post(f"/tasks/{task_id}/replay", json={"scope": "all", "input": "recorded"})
        assert answer.status_code == 202, answer.text
        until(lambda: manager.task(task_id)["outcome"] == "clean", "the end of the replay", 120)
        with stack.database() as connection:
            assert rows(connection, task_id) == PART


def test_the_command_line_says_what_it_would_do_and_does_it(
    stack: RunningStack, manager: Client, made: Making
) -> None:
    task_id = manager.started(made(PART).path)
    manager.finished(task_id)
    assert "5,000\u00a0rows would be removed" in tidemark(stack, "undo", task_id, "--preview")
    assert "Undone: 5,000\u00a0rows removed, 0 restored" in tidemark(stack, "undo", task_id, "--follow")


def test_of_two_people_one_undoes_it(stack: RunningStack, manager: Client, made: Making) -> None:
    task_id = manager.started(made(PART).path)
    manager.finished(task_id)
    with ThreadPoolExecutor(2) as people:
        answers = list(people.map(lambda force: undo(manager, task_id, force=force), (False, True)))
    assert sorted(answer.status_code for answer in answers) == [202, 409]
    refused = next(answer.json() for answer in answers if answer.status_code == 409)
    assert refused["args"]["refused"] in {"being_undone", "already_undone"}
    check_given_back(stack, undone(manager, task_id), PART)


def test_the_same_key_hears_the_same_answer(stack: RunningStack, manager: Client, made: Making) -> None:
    task_id = manager.started(made(100).path)
    manager.finished(task_id)
    headers = {"Idempotency-Key": "undo once"}
    first, second = (manager.http.post(f"/tasks/{task_id}/undo", json={}, headers=headers) for _ in range(2))
    assert (first.status_code, second.status_code) == (202, 202)
    other = manager.http.post(f"/tasks/{task_id}/undo", json={"force": True}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")


@pytest.mark.parametrize(
    ("process", "number"),
    [
        ("importer-1", signal.SIGKILL),
        ("importer-2", signal.SIGKILL),
        ("conductor", signal.SIGKILL),
        ("kafka", signal.SIGKILL),
        ("postgres", signal.SIGKILL),
        ("postgres", signal.SIGQUIT),
    ],
)
def test_whatever_dies_in_the_middle_of_an_undo(
    stack: RunningStack, manager: Client, made: Making, process: str, number: signal.Signals
) -> None:
    task_id = manager.started(made(WHOLE).path)
    manager.finished(task_id)
    before = stack.pids()[process]
    assert undo(manager, task_id).status_code == 202
    with stack.database() as connection:
        until(lambda: _done(connection, task_id) > 0, "the middle of the undo", 60)
        done = _done(connection, task_id)
        os.kill(before, number)
    assert done < WHOLE
    stack.wait_until_restarted(process, before)
    check_given_back(stack, undone(manager, task_id), WHOLE)


def _done(connection: psycopg.Connection[Any], task_id: str) -> int:
    found = connection.execute("SELECT done FROM undo WHERE task_id = %s", [task_id]).fetchone()
    return int(found[0]) if found else 0


def test_rows_of_two_overlapping_statements_stay_with_the_other(
    stack: RunningStack, manager: Client, made: Making, tmp_path: Path
) -> None:
    """The second file is the first one's documents again, and a document of its own."""
    first = made(1_000)
    longer = tmp_path / "longer.txt"
    longer.write_bytes(_with_one_more(first.path.read_bytes()))
    one = manager.started(first.path)
    manager.finished(one)
    two = manager.started(longer)
    assert manager.finished(two)["counts"]["duplicate"] == 1_000
    preview = manager.get(f"/tasks/{one}/undo/preview", limit=10)
    assert (preview["removed"], preview["by_reason"]) == (0, {"also_in_import": 1_000})
    assert {item["other_task"] for item in preview["items"]} == {two}
    undo(manager, one)
    assert undone(manager, one)["result"]["undo"] == {"removed": 0, "restored": 0, "conflicts": 1_000}
    assert len(manager.every(f"/tasks/{one}/undo/conflicts")) == 1_000
    with stack.database() as connection:
        assert (rows(connection, one), rows(connection, two)) == (0, 1_001)
    undo(manager, two)
    assert undone(manager, two)["result"]["undo"] == {"removed": 1_001, "restored": 0, "conflicts": 0}
    with stack.database() as connection:
        assert (rows(connection, one), rows(connection, two)) == (0, 0)


def _with_one_more(content: bytes) -> bytes:
    """The last document once more under another number."""
    begin, end = "СекцияДокумент".encode("cp1251"), "КонецДокумента".encode("cp1251")
    start, stop = content.rindex(begin), content.rindex(end) + len(end) + 2
    number = "\r\nНомер=".encode("cp1251")
    more = content[start:stop].replace(number, number + b"9", 1)
    return content[:stop] + more + content[stop:]
