"""While a server is away people are told so, and what was accepted is not lost."""

import os
import signal
from functools import partial

import httpx
import pytest

from tests.system.books import check_imported, wait_for_the_middle
from tests.system.client import Client
from tests.system.conftest import Making
from tests.system.running import RunningStack, standing_still
from tests.system.words import check_problem
from tests.waiting import until

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

DOCUMENTS = 60_000


def test_while_kafka_is_away_submissions_wait_and_requests_are_refused(
    stack: RunningStack, manager: Client, made: Making
) -> None:
    running, waiting = made(DOCUMENTS), made(100)
    task_id = manager.started(running.path)
    with stack.database() as connection:
        wait_for_the_middle(connection, task_id)
    with standing_still(stack.pids()["kafka"]):
        accepted = manager.upload(waiting.path)
        assert accepted.status_code == 202
        assert "The event log does not answer now" in accepted.json()["message"]
        waiting_id = accepted.json()["task_id"]
        assert manager.task(waiting_id)["status"] == "pending"
        answers = [
            manager.http.post(f"/tasks/{task_id}/cancel", headers={"Accept-Language": language})
            for language in ("ru", "en")
        ]
        check_problem(answers[0].json(), answers[1].json(), 503, "log_unavailable")
        assert int(answers[0].headers["Retry-After"]) > 0
    check_imported(stack, manager, waiting_id, waiting)
    # Nothing is promised of a request without an answer: the broker may have it. A task is whole either way.
    assert "may still reach it" in answers[1].json()["detail"]
    ended = manager.finished(task_id)
    if ended["status"] == "completed":
        check_imported(stack, manager, task_id, running)
    else:
        assert ended["status"] == "cancelled"


def test_while_postgres_is_away_the_api_says_so(stack: RunningStack, manager: Client) -> None:
    """Killed: until it is back the answer is 503 with a time to come again, never a 500."""
    before = stack.pids()["postgres"]
    os.kill(before, signal.SIGKILL)
    russian, english = (until(partial(refused, manager, lang), "a 503", 30) for lang in ("ru", "en"))
    assert russian is not None
    assert english is not None
    check_problem(russian.json(), english.json(), 503, "database_unavailable")
    assert int(english.headers["Retry-After"]) > 0
    stack.wait_until_restarted("postgres", before)
    until(lambda: manager.http.get("/tasks").status_code == 200, "the API answers again", 60)


def refused(client: Client, language: str) -> httpx.Response | None:
    """The answer while it is no success; whatever it is, it is no error of ours."""
    answer = client.http.get("/tasks", headers={"Accept-Language": language})
    assert answer.status_code in (200, 503), answer.text
    return None if answer.is_success else answer
