"""Corrected rows are loaded by a replay; what has moved on since is told to who corrects."""

from decimal import Decimal

import pytest

from tests.system.client import Client, Json
from tests.system.conftest import Making
from tests.system.rejecting import DOCUMENTS, exported, rejects, taken, with_rejected_rows
from tests.system.running import RunningStack
from tests.waiting import until

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]


@pytest.fixture
def task_id(manager: Client, made: Making) -> str:
    return with_rejected_rows(manager, made)


def corrected(client: Client, task_id: str, row: Json, value: str) -> None:
    """The impossible day is in several fields of a document."""
    fields = {name: value for name, said in row["raw"].items() if said == row["value"]}
    wanted = {"fields": fields, "expected": row["corrections"], "attempt": row["attempt"]}
    answer = client.http.patch(f"/tasks/{task_id}/rejects/{row['row_no']}", json=wanted)
    assert answer.status_code == 200, answer.text


def redriven(client: Client, task_id: str) -> Json:
    answer = client.http.post(f"/tasks/{task_id}/replay", json={"scope": "rejected"})
    assert answer.status_code == 202, answer.text
    attempt = answer.json()["attempt"]
    until(lambda: client.task(task_id)["attempt"] == attempt, "the attempt is seen")
    return client.finished(task_id)


def refused(client: Client, task_id: str, row: Json) -> str:
    wanted = {"fields": {row["field"]: "1"}, "expected": row["corrections"], "attempt": row["attempt"]}
    answer = client.http.patch(f"/tasks/{task_id}/rejects/{row['row_no']}", json=wanted)
    assert answer.status_code == 409, answer.text
    return str(answer.json()["code"])


def test_corrected_rows_are_loaded_and_can_be_corrected_no_more(
    stack: RunningStack, manager: Client, task_id: str
) -> None:
    before = rejects(manager, task_id)
    good, bad, *_ = (row for row in before if row["code"] == "date_impossible")
    corrected(manager, task_id, good, "28.02.2025")
    corrected(manager, task_id, bad, "30.02.2025")
    file = exported(manager, task_id)
    task = redriven(manager, task_id)
    assert (task["counts"]["created"], task["counts"]["rejected"]) == (DOCUMENTS - 3, 3)
    until(lambda: len(rejects(manager, task_id)) == 3, "the rejected rows are listed")

    now = {row["row_no"]: row for row in rejects(manager, task_id)}
    assert set(now) == {row["row_no"] for row in before} - {good["row_no"]}
    assert now[bad["row_no"]]["value"] == "30.02.2025"
    assert {row["attempt"] for row in now.values()} == {2}
    assert [int(row["row_no"]) for row in exported(manager, task_id)] == sorted(now)
    groups = manager.every(f"/tasks/{task_id}/rejects/groups")
    assert sum(group["rows"] for group in groups) == 3
    assert sum(group["corrected"] for group in groups) == 0

    assert refused(manager, task_id, {**good, "corrections": 1}) == "row_loaded_since"
    assert refused(manager, task_id, {**bad, "corrections": 1}) == "row_rejected_again"
    # A file of before says nothing new, so nothing is wrong with it.
    assert taken(manager, task_id, file)["differ"] == 0
    corrected(manager, task_id, now[bad["row_no"]], "28.02.2025")
    assert redriven(manager, task_id)["counts"]["created"] == DOCUMENTS - 2
    with stack.database() as connection:
        numbers = connection.execute(
            "SELECT count(*), count(DISTINCT row_no) FROM bank_transaction WHERE task_id = %s", [task_id]
        ).fetchone()
    assert numbers == (DOCUMENTS - 2, DOCUMENTS - 2)


def missing(client: Client, task_id: str) -> Decimal:
    """What the unreadable document of a statement must have said, by its closing balance."""
    [attempt] = client.every(f"/tasks/{task_id}/attempts")
    [one] = [one for one in attempt["totals"] if one["unreadable"]]
    assert one["turnover"] == "unproven"
    opening, closing, received, spent = (
        Decimal(one[name]) for name in ("opening_stated", "closing_stated", "in_found", "out_found")
    )
    return abs(closing - opening - received + spent)


def test_a_statement_is_proven_by_the_amounts_that_were_corrected(manager: Client, made: Making) -> None:
    task_id = manager.started(made(DOCUMENTS, bad=("amount_malformed", "date_impossible")).path)
    assert manager.finished(task_id)["outcome"] == "partial"
    until(lambda: len(rejects(manager, task_id)) == 2, "the rejected rows are listed")
    rows = {row["code"]: row for row in rejects(manager, task_id)}
    corrected(manager, task_id, rows["amount_malformed"], str(missing(manager, task_id)))
    first = redriven(manager, task_id)
    assert (first["outcome"], first["counts"]["rejected"]) == ("partial", 1)
    [row] = rejects(manager, task_id)
    corrected(manager, task_id, row, "28.02.2025")
    assert redriven(manager, task_id)["outcome"] == "clean"
    assert manager.http.post(f"/tasks/{task_id}/replay", json={"scope": "all"}).status_code == 202
    until(lambda: manager.task(task_id)["attempt"] == 4, "the attempt is seen")
    assert manager.finished(task_id)["outcome"] == "clean"


def test_a_corrected_amount_that_the_statement_contradicts_is_told(manager: Client, made: Making) -> None:
    task_id = manager.started(made(DOCUMENTS, bad=("amount_malformed",)).path)
    manager.finished(task_id)
    until(lambda: len(rejects(manager, task_id)) == 1, "the rejected row is listed")
    [row] = rejects(manager, task_id)
    corrected(manager, task_id, row, str(missing(manager, task_id) + 1))
    task = redriven(manager, task_id)
    assert (task["counts"]["rejected"], task["outcome"]) == (0, "partial")
    totals = manager.every(f"/tasks/{task_id}/attempts")[-1]["totals"]
    assert [one["closing"] for one in totals] == ["differs"]
