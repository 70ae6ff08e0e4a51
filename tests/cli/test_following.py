"""Following a task where its socket is not to be had, where the API goes away, where a token runs out."""

from collections.abc import Iterator

import pytest

from cli import following
from cli.api import Api
from cli.failures import Refused, Unreachable
from cli.following import changes, task_in
from cli.installation import Account
from tests.cli.socketless import TASK, Socketless, served, state


@pytest.fixture
def double() -> Socketless:
    return Socketless(state("pending", 0), state("running", 100), state("completed", 200, "clean"))


@pytest.fixture
def api(double: Socketless) -> Iterator[Api]:
    with served(double) as url, Api(url, lambda: Account("manager", "x"), "en") as api:
        yield api


def followed(api: Api, task_id: str = TASK) -> list[int]:
    return [task["progress"]["processed"] for task in changes(api, task_id, pause=0.01)]


def test_without_a_socket_it_asks_until_the_task_has_ended(api: Api, double: Socketless) -> None:
    assert followed(api) == [0, 100, 200]
    assert double.asked == 3
    assert double.signed_in == 1


def test_an_api_that_restarts_is_waited_for(api: Api, double: Socketless) -> None:
    double.away = 3
    assert followed(api) == [0, 100, 200]


def test_an_api_that_stays_away_is_given_up(
    api: Api, double: Socketless, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "PATIENCE_SECONDS", 0.0)
    double.away = 1_000
    with pytest.raises(Unreachable):
        followed(api)


def test_a_token_that_runs_out_is_renewed(api: Api, double: Socketless) -> None:
    double.expired = 1
    assert followed(api) == [0, 100, 200]
    assert double.signed_in == 2


def test_a_token_that_is_refused_again_is_a_refusal(api: Api, double: Socketless) -> None:
    double.expired = 2
    with pytest.raises(Refused) as caught:
        followed(api)
    assert caught.value.status == 401


def test_a_task_that_nobody_knows(api: Api) -> None:
    with pytest.raises(Refused) as caught:
        followed(api, TASK.replace("1", "2"))
    assert (caught.value.status, caught.value.what("en")) == (404, "no such task")


@pytest.mark.parametrize("message", [[], "text", 1, {"type": "ping"}, {"type": "removed", "task": None}])
def test_messages_that_carry_no_task(message: object) -> None:
    assert task_in(message) is None


def test_a_message_that_carries_one() -> None:
    assert task_in({"type": "task", "task": {"id": TASK}}) == {"id": TASK}
