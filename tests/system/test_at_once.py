"""Two people want different things of one task at the same moment: one gets it, the other hears why not."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.system.client import Client, Json
from tests.system.conftest import Making
from tests.system.rejecting import rejects
from tests.system.running import RunningStack, standing_still
from tests.waiting import until

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

DOCUMENTS = 5_000


def test_of_an_undo_and_a_replay_at_once_one_wins(manager: Client, made: Making) -> None:
    """Said by the answer, or, where that took longer than people are kept waiting, by the history."""
    task_id = manager.started(made(DOCUMENTS).path)
    manager.finished(task_id)
    bodies = {"undo": {}, "replay": {"scope": "all", "input": "recorded"}}

    def ask(what: str) -> httpx.Response:
        headers = {"Accept-Language": "en"}
        return manager.http.post(f"/tasks/{task_id}/{what}", json=bodies[what], headers=headers)

    def answers(kind: str) -> list[Json]:
        events = manager.every(f"/tasks/{task_id}/events")
        return [event["data"] for event in events if event["type"] == f"task.request_{kind}.v1"]

    with ThreadPoolExecutor(2) as people:
        asked = dict(zip(bodies, people.map(ask, bodies), strict=True))
    [accepted], [refused] = (
        until(lambda: answers("accepted"), "a yes"),
        until(lambda: answers("refused"), "a no"),
    )
    won, lost = accepted["request"], refused["request"]
    assert {won, lost} == set(bodies)
    assert refused["reason"] == {"undo": "being_undone", "replay": "still_running"}[won]
    assert asked[won].status_code == 202
    if asked[lost].status_code != 202:
        said = asked[lost].json()
        assert (asked[lost].status_code, said["code"]) == (409, f"{lost}_refused")
        assert said["args"]["refused"] == refused["reason"]
        assert said["args"]["reason"] in said["detail"]
    if won == "replay":
        until(lambda: manager.task(task_id)["attempt"] == 2, "the replay is seen")
        assert manager.finished(task_id)["counts"]["unchanged"] == DOCUMENTS
    else:
        until(lambda: manager.task(task_id)["outcome"] == "undone", "the undo is done", 120)


def test_a_row_that_is_being_loaded_again_cannot_be_corrected_meanwhile(
    stack: RunningStack, manager: Client, made: Making
) -> None:
    task_id = manager.started(made(60, bad=["amount_missing"]).path)
    manager.finished(task_id)
    [row] = until(lambda: rejects(manager, task_id), "the rejected row is listed")
    wanted = {"fields": {row["field"]: "12.34"}, "expected": 0, "attempt": row["attempt"]}
    path = f"/tasks/{task_id}/rejects/{row['row_no']}"
    assert manager.http.patch(path, json=wanted).status_code == 200
    with standing_still(stack.pids()["reader"]):
        answer = manager.http.post(f"/tasks/{task_id}/replay", json={"scope": "rejected"})
        assert answer.status_code == 202, answer.text
        late = manager.http.patch(path, json={**wanted, "fields": {row["field"]: "56.78"}, "expected": 1})
        assert (late.status_code, late.json()["code"]) == (409, "row_being_loaded")
    until(lambda: manager.task(task_id)["attempt"] == 2, "the attempt is seen")
    assert manager.finished(task_id)["outcome"] == "partial"
    [loaded] = manager.every("/bank-transactions", task_id=task_id, amount_from="12.34", amount_to="12.34")
    assert loaded["row_no"] == row["row_no"]
