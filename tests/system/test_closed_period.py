"""Nothing booked in the closed period changes without an administrator's reason, whatever runs or dies."""

import os
import re
import signal
from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx
import psycopg
import pytest

from tests.system.books import rows, wait_for_the_middle
from tests.system.client import Client, Json
from tests.system.conftest import Making
from tests.system.running import RunningStack, tidemark
from tests.system.shadowing import shadowed
from tests.system.statements import Statement
from tests.waiting import until

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

UNTIL = date(2025, 2, 14)
SOME, PART, WHOLE, PROMOTED = 2_000, 30_000, 100_000, 300
WHY = {"closed_period_reason": "Банк прислал исправленную выписку"}
_BOOKED = re.compile(r"Дата(?:Списано|Поступило)=(\d\d\.\d\d\.\d{4})")


@pytest.fixture
def admin(stack: RunningStack, clients: dict[str, Client]) -> Client:
    """Somebody who may close and open."""
    if "admin" not in clients:
        clients["admin"] = Client.signed_in(stack.known()["api"], "admin", stack.passwords["admin"])
    return clients["admin"]


@pytest.fixture(autouse=True)
def opened(admin: Client) -> Iterator[None]:
    """Other tests import what they like."""
    yield
    close(admin, None)


def close(admin: Client, until_day: date | None) -> None:
    body = {"closed_until": until_day and until_day.isoformat(), "reason": "Период сдан"}
    admin.http.put("/closed-period", json=body).raise_for_status()


def closed_rows(file: Statement) -> set[int]:
    """The numbers of the documents up to the day, read from the bytes."""
    documents = file.path.read_bytes().decode("cp1251").split("СекцияДокумент")[1:]
    days = [date(*map(int, reversed(_BOOKED.findall(one)[0].split(".")))) for one in documents]
    return {place for place, day in enumerate(days, 1) if day <= UNTIL}


def rejected(client: Client, task_id: str) -> set[int]:
    found = client.every(f"/tasks/{task_id}/rejects", only_current=True)
    assert {one["code"] for one in found} <= {"period_closed"}
    return {one["row_no"] for one in found}


def replay(client: Client, task_id: str, **wanted: str) -> httpx.Response:
    return client.http.post(f"/tasks/{task_id}/replay", json=wanted)


def replayed(client: Client, task_id: str, **wanted: str) -> Json:
    answer = replay(client, task_id, **wanted)
    assert answer.status_code == 202, answer.text
    attempt = answer.json()["attempt"]
    until(lambda: client.task(task_id)["attempt"] == attempt, "the attempt is there")
    return client.finished(task_id)


def undone(client: Client, task_id: str, **wanted: Any) -> Json:
    answer = client.http.post(f"/tasks/{task_id}/undo", json=wanted)
    assert answer.status_code == 202, answer.text
    until(lambda: client.task(task_id)["outcome"] == "undone", "the undo", 120)
    found: Json = client.task(task_id)["result"]["undo"]
    return found


def booked(connection: psycopg.Connection[Any], task_id: str) -> int:
    """Rows of the task in the closed period."""
    found = connection.execute(
        "SELECT count(*) FROM bank_transaction WHERE task_id = %s AND booked_on <= %s", [task_id, UNTIL]
    ).fetchone()
    assert found is not None
    return int(found[0])


def check_totals(client: Client, task_id: str) -> None:
    """The statement adds up whatever was rejected of it: the totals are those of all its rows."""
    first = client.every(f"/tasks/{task_id}/attempts")[0]
    assert [(total["turnover"], total["closing"]) for total in first["totals"]] == [("adds_up", "adds_up")]


def test_import_replay_and_undo_across_the_closed_day(
    stack: RunningStack, manager: Client, admin: Client, made: Making
) -> None:
    file = made(SOME)
    closed = closed_rows(file)
    late = SOME - len(closed)
    assert closed
    assert late
    close(admin, UNTIL)
    task_id = manager.started(file.path)
    task = manager.finished(task_id)
    assert (task["status"], task["outcome"]) == ("completed", "partial")
    assert (task["counts"]["created"], task["counts"]["rejected"]) == (late, len(closed))
    assert rejected(manager, task_id) == closed
    check_totals(manager, task_id)

    again = replayed(manager, task_id, scope="rejected")
    assert again["counts"]["rejected"] == len(closed), "the manager cannot"
    refused = replay(manager, task_id, scope="rejected", **WHY)
    assert (refused.status_code, refused.json()["code"]) == (403, "closed_period_admin_only")
    loaded = replayed(admin, task_id, scope="rejected", **WHY)
    assert (loaded["outcome"], loaded["counts"]["created"]) == ("clean", SOME)
    assert loaded["result"]["touched_closed"] == len(closed)

    preview = manager.get(f"/tasks/{task_id}/undo/preview")
    assert (preview["removed"], preview["by_reason"]) == (late, {"period_closed": len(closed)})
    with_reason = manager.get(f"/tasks/{task_id}/undo/preview", override_closed_period=True)
    assert (with_reason["removed"], with_reason["touched_closed"]) == (SOME, len(closed))
    assert undone(manager, task_id) == {"removed": late, "restored": 0, "conflicts": len(closed)}
    with stack.database() as connection:
        assert (rows(connection, task_id), booked(connection, task_id)) == (len(closed), len(closed))

    whole = replayed(manager, task_id, scope="all")
    assert (whole["outcome"], whole["counts"]["unchanged"]) == ("clean", len(closed))
    assert whole["counts"]["created"] == late
    gone = undone(admin, task_id, **WHY)
    assert gone == {"removed": SOME, "restored": 0, "conflicts": 0, "touched_closed": len(closed)}
    with stack.database() as connection:
        assert rows(connection, task_id) == 0


def test_a_promotion_across_the_closed_day(
    stack: RunningStack, manager: Client, admin: Client, made: Making
) -> None:
    """What a shadow has said of closed rows is done with an administrator's reason alone."""
    file = made(SOME + 1)
    closed = closed_rows(file)
    task_id = manager.started(file.path)
    assert manager.finished(task_id)["outcome"] == "clean"
    assert undone(manager, task_id)["removed"] == SOME + 1
    shadow = shadowed(manager, task_id)
    assert shadow["counts"]["created"] == SOME + 1
    close(admin, UNTIL)
    path = f"/tasks/{shadow['task_id']}/promote"
    refused = manager.http.post(path, json=WHY)
    assert (refused.status_code, refused.json()["code"]) == (403, "closed_period_admin_only")
    headers = {"Idempotency-Key": "promoted"}
    assert admin.http.post(path, json=WHY, headers=headers).status_code == 202
    until(lambda: manager.task(task_id)["attempt"] == 2, "the attempt is there")
    task = manager.finished(task_id)
    assert (task["outcome"], task["counts"]["created"]) == ("clean", SOME + 1)
    assert task["result"]["touched_closed"] == len(closed)
    [override] = manager.every("/closed-period/overrides", task_id=task_id)
    assert (override["request"], override["reason"]) == ("replay", WHY["closed_period_reason"])
    assert admin.http.post(path, headers=headers).json()["code"] == "key_reused"

    assert undone(admin, task_id, **WHY)["removed"] == SOME + 1
    without = shadowed(manager, task_id)
    assert without["counts"]["rejected"] == len(closed)
    tidemark(stack, "replay", without["task_id"], "--promote", "--follow")
    assert manager.task(task_id)["counts"]["rejected"] == len(closed)
    with stack.database() as connection:
        assert booked(connection, task_id) == 0


def test_on_the_command_line_a_promotion_takes_a_reason(
    stack: RunningStack, manager: Client, admin: Client, made: Making
) -> None:
    file = made(PROMOTED)
    task_id = manager.started(file.path)
    manager.finished(task_id)
    undone(manager, task_id)
    shadow = shadowed(manager, task_id)
    close(admin, UNTIL)
    words = ("replay", shadow["task_id"], "--promote", "--follow")
    reason = ("--closed-period-reason", WHY["closed_period_reason"])
    assert "administrator" in tidemark(stack, *words, *reason)
    tidemark(stack, *words, *reason, user="admin")
    with stack.database() as connection:
        assert booked(connection, task_id) == len(closed_rows(file))


def test_a_day_that_is_set_while_an_import_runs(
    stack: RunningStack, manager: Client, admin: Client, made: Making
) -> None:
    file = made(WHOLE)
    closed = closed_rows(file)
    task_id = manager.started(file.path)
    with stack.database() as connection:
        wait_for_the_middle(connection, task_id)
        close(admin, UNTIL)
        before = booked(connection, task_id)
        task = manager.finished(task_id)
        assert booked(connection, task_id) == before, "nothing commits behind the answer"
    assert 0 < before < len(closed)
    assert (task["status"], task["outcome"]) == ("completed", "partial")
    assert (task["counts"]["created"], task["counts"]["rejected"]) == (
        WHOLE - len(closed) + before,
        len(closed) - before,
    )
    check_totals(manager, task_id)


def test_kill_9_of_an_importer_in_the_middle(
    stack: RunningStack, manager: Client, admin: Client, made: Making
) -> None:
    file = made(PART)
    closed = closed_rows(file)
    close(admin, UNTIL)
    before = stack.pids()["importer-1"]
    task_id = manager.started(file.path)
    with stack.database() as connection:
        wait_for_the_middle(connection, task_id)
        os.kill(before, signal.SIGKILL)
    stack.wait_until_restarted("importer-1", before)
    task = manager.finished(task_id)
    assert (task["counts"]["created"], task["counts"]["rejected"]) == (PART - len(closed), len(closed))
    assert rejected(manager, task_id) == closed
    check_totals(manager, task_id)
    with stack.database() as connection:
        assert (rows(connection, task_id), booked(connection, task_id)) == (PART - len(closed), 0)
