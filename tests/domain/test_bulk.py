"""A bulk operation asks for nothing that would be refused, and leaves nothing unasked that would be done."""

import pytest

from domain.bulk import Action, Wanted, asked
from domain.states import State
from domain.task import decide, implied
from events.tasks import Scope, TaskRequestRefused
from tests.domain.spec import NOW
from tests.domain.walk import reachable

ACTIONS: tuple[Action, ...] = ("cancel", "replay", "undo")
SCOPES: tuple[Scope | None, ...] = (None, "all", "unfinished", "rejected")


def refused(state: State, wanted: Wanted) -> bool:
    request = asked(state, wanted)
    assert not isinstance(request, str)
    command = implied(request)
    assert command is not None
    return any(isinstance(event, TaskRequestRefused) for event in decide(state, command, NOW))


@pytest.mark.parametrize("action", ACTIONS)
def test_whatever_is_asked_is_done(action: Action) -> None:
    for state in reachable():
        for scope in SCOPES if action == "replay" else (None,):
            wanted = Wanted(action, scope)
            if not isinstance(asked(state, wanted), str):
                assert not refused(state, wanted), (state, wanted)


def test_each_state_is_asked_for_what_suits_it() -> None:
    said = {
        state.name: {action: _kind(asked(state, Wanted(action))) for action in ACTIONS}
        for state in reachable()
    }
    assert said["running"] == {"cancel": "request", "replay": "still_running", "undo": "still_running"}
    assert said["cancelled"] == {"cancel": "already_cancelled", "replay": "request", "undo": "request"}
    assert said["undone"] == {"cancel": "already_undone", "replay": "request", "undo": "already_undone"}
    assert said["purged"] == dict.fromkeys(ACTIONS, "purged")
    assert said["absent"] == dict.fromkeys(ACTIONS, "unknown_task")


def _kind(answer: object) -> str:
    return answer if isinstance(answer, str) else "request"
