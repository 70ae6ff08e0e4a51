"""What can go wrong with 1C, over the real API: each says what it is, and nothing is half done."""

from collections.abc import Callable
from datetime import date

import httpx
import pytest

from stack.onec.schema import IN, OUT
from tests.system.books import check_counts_are_rows
from tests.system.client import Client, Json
from tests.system.onec import OneC
from tests.system.running import RunningStack
from tests.system.words import check_problem, check_worded
from tests.waiting import until

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

# Two pages of 1,000 documents of each entity set need more than 50 days of 20.
QUARTER = (date(2024, 1, 1), date(2024, 3, 31))


def asked(client: Client, first: date, last: date, language: str = "en") -> httpx.Response:
    return client.http.post(
        "/sync-1c/bank-transactions/sync-async",
        json={"date_from": first.isoformat(), "date_to": last.isoformat()},
        headers={"Accept-Language": language},
    )


def begun(client: Client, first: date, last: date) -> str:
    answer = asked(client, first, last)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["task_id"])


def check_error(client: Client, task_id: str, code: str) -> None:
    """Worded in both languages; what 1C itself has said stands behind a colon."""
    russian, english = (client.task(task_id, language)["error"] for language in ("ru", "en"))
    assert russian["type"] == english["type"] == code
    check_worded(code, *(error["message"].partition(": ")[0] for error in (russian, english)))


def test_a_period_that_ends_before_it_begins_is_refused(manager: Client) -> None:
    backwards = (date(2024, 3, 31), date(2024, 1, 1))
    russian, english = (asked(manager, *backwards, language).json() for language in ("ru", "en"))
    arguments = check_problem(russian, english, 422, "period_reversed")
    assert arguments == {"date_from": "2024-03-31", "date_to": "2024-01-01"}
    assert english["field"] == "date_to"


def refuses_the_password(onec: OneC) -> None:
    onec.start(password="другой")


def takes_rights_away(onec: OneC) -> None:
    onec.fault("rights", times=0)


def shows_a_login_page(onec: OneC) -> None:
    onec.fault("not_json", times=0)


def closes_the_publication(onec: OneC) -> None:
    onec.fault("forbidden", times=0)


def repeats_its_first_page(onec: OneC) -> None:
    # The count and the first page pass.
    onec.fault("repeat", times=0, after=2, path=IN)


REFUSALS: dict[str, Callable[[OneC], None]] = {
    "onec_login": refuses_the_password,
    "onec_rights": takes_rights_away,
    "onec_not_json": shows_a_login_page,
    "onec_forbidden": closes_the_publication,
    "onec_page_repeated": repeats_its_first_page,
}


@pytest.mark.parametrize("code", REFUSALS)
def test_what_1c_refuses_fails_the_task_with_its_code(
    stack: RunningStack, manager: Client, onec: OneC, code: str
) -> None:
    REFUSALS[code](onec)
    task = manager.finished(begun(manager, *QUARTER))
    assert (task["status"], task["outcome"], task["retry"]) == ("failed", None, None)
    check_error(manager, task["id"], code)
    check_counts_are_rows(stack, task)
    # What lay before the page that repeats may be in, as far as it was before the failure; it is counted.
    assert sum(task["counts"].values()) <= (1_000 if code == "onec_page_repeated" else 0)


def test_1c_that_is_down_is_waited_for(stack: RunningStack, manager: Client, onec: OneC) -> None:
    day = date(2023, 5, 17)
    onec.stop()
    task_id = begun(manager, day, day)

    def waits() -> Json | None:
        task = manager.task(task_id)
        return task if task["retry"] else None

    waiting = until(waits, "a retry is scheduled", 60)
    assert waiting is not None
    assert (waiting["status"], waiting["retry"]["limit"]) == ("running", 5)
    check_error(manager, task_id, "onec_unreachable")
    onec.start()
    documents = sum(onec.documents(entity, day, day) for entity in (IN, OUT))
    task = manager.finished(task_id)
    assert (task["status"], task["outcome"], task["error"]) == ("completed", "clean", None)
    assert task["counts"]["created"] == documents > 0
    check_counts_are_rows(stack, task)


def test_an_answer_that_is_cut_off_is_asked_for_again(
    stack: RunningStack, manager: Client, onec: OneC
) -> None:
    """A dropped connection and a busy web server pass by themselves: nobody hears of them."""
    day = date(2023, 5, 18)
    onec.fault("drop", path=IN)
    onec.fault("gateway", path=OUT)
    task = manager.finished(begun(manager, day, day))
    assert (task["status"], task["outcome"]) == ("completed", "clean")
    assert task["counts"]["created"] == sum(onec.documents(entity, day, day) for entity in (IN, OUT))
    check_counts_are_rows(stack, task)
