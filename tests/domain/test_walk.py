"""The machine as a whole: what holds in every state that can be reached."""

import pytest

from domain.states import Completed, Ended, State
from domain.task import evolve, step
from tests.domain.diagram import PAGE, names, page
from tests.domain.spec import NOW
from tests.domain.walk import facts, reachable, transitions


def test_the_drawing_in_the_docs_is_the_code() -> None:
    """Mend it by ``python -m tests.domain.diagram``."""
    text = PAGE.read_text(encoding="utf-8")
    assert page(text) == text


def test_every_state_can_be_reached() -> None:
    assert {state.name for state in reachable()} == set(names())


def test_only_what_adds_up_is_completed() -> None:
    for state in reachable():
        if isinstance(state, Completed):
            assert state.work.source is not None
            assert state.work.source.rows == state.work.totals.total
            assert (state.outcome == "partial") == bool(state.work.rejected or state.work.doubts)


@pytest.mark.parametrize("name", ["task.completed.v1", "task.failed.v1", "task.cancelled.v1"])
def test_an_attempt_ends_from_a_state_in_which_it_had_not(name: str) -> None:
    starts = {before for before, _, event in transitions() if event == name}
    assert starts
    assert starts <= {"pending", "running", "retrying"}


def test_an_event_of_the_conductor_is_taken_in_once() -> None:
    for state in reachable():
        for fact in facts(state):
            after, said = step(state, fact, NOW)
            again: State = after
            for event in said:
                again = evolve(again, event)
            assert again is after


def test_what_has_ended_moves_on_only_when_somebody_asks() -> None:
    for state in reachable():
        if isinstance(state, Ended):
            assert all(step(state, fact, NOW)[1] == [] for fact in facts(state))
