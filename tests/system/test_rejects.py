"""Rejected rows through the real stack: why, corrected in place and by file, and what the log says of it."""

import os
import signal
from itertools import count

import pytest

from tests.system.client import Client, Json
from tests.system.conftest import Making
from tests.system.log import messages_of
from tests.system.rejecting import exported, rejects, taken, with_rejected_rows
from tests.system.running import RunningStack, standing_still
from tests.waiting import until

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]


@pytest.fixture
def task_id(manager: Client, made: Making) -> str:
    return with_rejected_rows(manager, made)


def corrected(client: Client, task_id: str, row: Json, value: str) -> Json:
    wanted = {"fields": {row["field"]: value}, "expected": row["corrections"], "attempt": row["attempt"]}
    answer = client.http.patch(f"/tasks/{task_id}/rejects/{row['row_no']}", json=wanted)
    found: Json = answer.raise_for_status().json()
    return found


def facts(stack: RunningStack, task_id: str) -> list[Json]:
    """What the log of tasks says of corrections."""
    return [
        message.data | {"actor": message.headers["ce_actor"], "because": message.headers["ce_causationid"]}
        for message in messages_of(stack.kafka, "tasks", task_id)
        if message.type == "task.row_corrected.v1"
    ]


def test_causes_are_counted_rows_corrected_in_place_and_by_file_and_the_log_says_by_whom(
    stack: RunningStack, manager: Client, task_id: str
) -> None:
    rows = rejects(manager, task_id)
    groups = manager.every(f"/tasks/{task_id}/rejects/groups")
    causes = {(row["code"], row["field"]) for row in rows}
    assert {(group["code"], group["field"]) for group in groups} == causes
    for group in groups:
        mine = [row["row_no"] for row in rows if row["fingerprint"] == group["fingerprint"]]
        assert (group["rows"], group["some_rows"], group["corrected"]) == (len(mine), mine, 0)
    sizes = [group["rows"] for group in groups]
    assert sizes == sorted(sizes, reverse=True)

    dates = [row for row in rows if row["code"] == "date_impossible"]
    first = corrected(manager, task_id, dates[0], "28.02.2025")
    file = exported(manager, task_id)
    assert [int(row["row_no"]) for row in file] == [row["row_no"] for row in rows]
    for row in file:
        if row["code"] == "amount_missing":
            row["Сумма"] = "12,34"
    assert taken(manager, task_id, file)["corrected"] == 1
    assert taken(manager, task_id, file)["differ"] == 0

    until(lambda: len(facts(stack, task_id)) == 2, "the log has the corrections")
    log = facts(stack, task_id)
    [me] = {fact["actor"] for fact in log}
    assert me.startswith("user:")
    by_row = {message.data["row_no"]: message for message in messages_of(stack.kafka, "rejects", task_id)
              if message.type == "row.corrected.v1"}  # fmt: skip
    assert by_row[first["row_no"]].data["raw"] == first["raw"]
    assert {fact["because"] for fact in log} == {message.headers["ce_id"] for message in by_row.values()}
    assert len({fact["row_hash"] for fact in log}) == 2
    assert all("raw" not in fact for fact in log)
    shown = manager.every(f"/tasks/{task_id}/rejects/groups")
    assert sum(group["corrected"] for group in shown) == 2


def test_what_is_corrected_while_kafka_is_away_is_told_of_when_it_is_back(
    stack: RunningStack, manager: Client, task_id: str
) -> None:
    rows = rejects(manager, task_id)
    with standing_still(stack.pids()["kafka"]):
        said = corrected(manager, task_id, rows[0], "1")
        assert said["published"] is False
        [waiting] = manager.every(f"/tasks/{task_id}/rejects/{rows[0]['row_no']}/corrections")
        assert (waiting["number"], waiting["published"]) == (1, False)
    until(lambda: facts(stack, task_id), "the log has the correction", 60)
    until(
        lambda: manager.every(f"/tasks/{task_id}/rejects/{rows[0]['row_no']}/corrections")[0]["published"],
        "the correction counts as published",
    )


def test_the_api_is_killed_in_the_middle_of_corrections_and_none_that_it_accepted_is_lost(
    stack: RunningStack, manager: Client, task_id: str
) -> None:
    row = rejects(manager, task_id)[0]
    numbers = count()
    accepted = [corrected(manager, task_id, row, str(next(numbers)))]
    before = stack.pids()["api"]
    os.kill(before, signal.SIGKILL)
    stack.wait_until_restarted("api", before)
    until(lambda: manager.patiently(task_id), "the API answers again", 60)
    row = rejects(manager, task_id)[0]
    accepted.append(corrected(manager, task_id, row, str(next(numbers))))
    found = manager.every(f"/tasks/{task_id}/rejects/{row['row_no']}/corrections")
    assert [one["raw"] for one in found] == [one["raw"] for one in accepted]
    until(lambda: len({fact["because"] for fact in facts(stack, task_id)}) == 2, "the log has both", 60)
