"""What a shadow says of rows adds up, and holds until its original moves on."""

import pytest
from hypothesis import given as every
from hypothesis import strategies as st

from domain.commands import Replay
from domain.shadows import changes, shadow_refusal, staleness, told
from domain.states import Absent, Completed, Known
from domain.task import dump, load
from domain.work import Work, next_work
from events.records import VERDICTS
from events.tasks import TaskEvent, TaskReplayRequested, TaskRequestAccepted, TaskSubmitted
from tests.domain.spec import Given, accepted, batch, completed, given, source_read, started
from tests.domain.test_requests import CLEAN, FAILED, PARTIAL, PENDING, PURGED, RUNNING, UNDOING, UNDONE

FIELDS = ("category", "classified_by", "amount", "quantity")
ROW = st.tuples(st.sampled_from(VERDICTS), st.sets(st.sampled_from(FIELDS)), st.booleans())
SHADOW = TaskSubmitted(kind="bank_transactions", dry_run=True, source={"shadow_of": "t", "attempt": 1})


@every(st.lists(ROW, max_size=30))
def test_every_row_that_would_change_is_told_and_no_other(rows: list[tuple[str, set[str], bool]]) -> None:
    found = [changes(verdict, fields, was_rejected=was) for verdict, fields, was in rows]
    said = told(zip(found, [fields for _, fields, _ in rows], strict=True))
    loaded = {"created", "updated", "retracted"}
    assert said.rows == sum(verdict in loaded or was != (verdict == "rejected") for verdict, _, was in rows)
    for verdict in loaded:
        assert said.changes.get(verdict, 0) == sum(one == verdict for one, _, _ in rows)
    assert said.changes.get("accepted", 0) == sum(was and one != "rejected" for one, _, was in rows)
    assert said.changes.get("refused", 0) == sum(not was and one == "rejected" for one, _, was in rows)
    assert said.changes.get("classified", 0) <= said.changes.get("updated", 0)
    assert set(said.fields) == {
        name for verdict, fields, _ in rows if verdict != "created" for name in fields
    }


def test_a_row_that_is_new_is_not_classified_otherwise() -> None:
    assert changes("updated", ["category"], was_rejected=False) == ("updated", "classified")
    assert changes("updated", ["amount"], was_rejected=False) == ("updated",)
    assert changes("created", ["category"], was_rejected=True) == ("created", "accepted")
    assert changes("rejected", [], was_rejected=True) == changes("unchanged", [], was_rejected=False) == ()


@pytest.mark.parametrize(
    ("facts", "recorded", "source"),
    [
        ((), "unknown_task", "unknown_task"),
        (PENDING, "still_running", "still_running"),
        (RUNNING, "still_running", "still_running"),
        (UNDOING, "being_undone", "being_undone"),
        (PURGED, "purged", "purged"),
        (FAILED, "unfinished_first", None),
        (CLEAN, None, None),
        (PARTIAL, None, None),
        (UNDONE, None, None),
    ],
)
def test_there_is_a_shadow_of_what_has_been_read_to_its_end(
    facts: tuple[TaskEvent, ...], recorded: str | None, source: str | None
) -> None:
    state = given(*facts).state
    assert (shadow_refusal(state, "recorded"), shadow_refusal(state, "source")) == (recorded, source)


def ended(first: TaskSubmitted) -> Given:
    return given(first, started(), batch(1), source_read(10, 1), completed(2, created=10))


def test_a_dry_run_and_a_shadow_have_none_and_a_shadow_never_runs_again() -> None:
    dry, shadow = ended(TaskSubmitted(kind="stock_import", dry_run=True)), ended(SHADOW)
    assert shadow_refusal(dry.state, "recorded") == "dry_run"
    assert shadow_refusal(shadow.state, "recorded") == "shadow"
    shadow.when(Replay(attempt=2)).then_refused("replay", "shadow")
    state = load(dump(shadow.state))
    assert isinstance(state, Completed)
    assert state.about.shadow


def test_what_it_says_holds_until_the_original_moves_on() -> None:
    assert staleness(given(*CLEAN).state, 1, undone=False) is None
    assert staleness(given(*UNDONE).state, 1, undone=True) is None
    assert staleness(given(*UNDONE).state, 1, undone=False) == "undone_since"
    assert staleness(given(*CLEAN, accepted(3, 2)).state, 1, undone=False) == "replayed_since"
    assert staleness(given(*PURGED).state, 1, undone=False) == "purged"
    assert staleness(Absent(), 1, undone=False) == "purged"


def test_a_replay_with_other_params_keeps_them_for_those_that_follow() -> None:
    params = {"mapping": {"quantity": "C"}, "preview": "s"}
    asked = TaskReplayRequested(attempt=2, scope="all", input="source", params=params)
    state = given(*CLEAN).when(asked).state
    assert isinstance(state, Known)
    assert (state.work.params, state.work.attempt) == (params, 2)
    said = given(*CLEAN).when(asked).events[0]
    assert isinstance(said, TaskRequestAccepted)
    assert said.params == params
    following = next_work(state.work, 3, "rejected", "recorded")
    assert following.params == {"mapping": {"quantity": "C"}}
    assert next_work(Work(), 2, "all", "recorded").params == {}
