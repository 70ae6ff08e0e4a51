"""What people ask: it is done, or refused with a reason, and asking twice changes nothing."""

import pytest

from domain.commands import Cancel, FinishUndo, Purge, Replay, Undo
from domain.states import Cancelled, Completed, Pending, Purged, Running, State, Undoing, Undone, status_of
from domain.task import react, step
from domain.work import next_work
from events.records import Counts, Outcome, Proof
from events.tasks import (
    Scope,
    TaskCancelRequested,
    TaskCleanupRequested,
    TaskCompleted,
    TaskEvent,
    TaskPurged,
    TaskReplayRequested,
    TaskUndoRequested,
)
from tests.domain.spec import (
    NOW,
    REFUSED,
    Given,
    accepted,
    batch,
    cancelled,
    completed,
    failed,
    given,
    retry_scheduled,
    source_read,
    started,
    submitted,
    undo_accepted,
    undone,
)

PENDING: tuple[TaskEvent, ...] = (submitted(),)
RUNNING: tuple[TaskEvent, ...] = (submitted(), started(), batch(1))
RETRYING: tuple[TaskEvent, ...] = (*RUNNING, retry_scheduled(2, tries=1, seconds=1))
CLEAN: tuple[TaskEvent, ...] = (*RUNNING, source_read(10, 1), completed(2, created=10))
PARTIAL: tuple[TaskEvent, ...] = (
    submitted(),
    started(),
    batch(1, created=9, rejected=1),
    source_read(10, 1),
    completed(2, created=9, rejected=1),
)
FAILED: tuple[TaskEvent, ...] = (*RUNNING, failed(2, REFUSED, created=10))
STOPPED: tuple[TaskEvent, ...] = (*RUNNING, cancelled(2, created=10))
UNDOING: tuple[TaskEvent, ...] = (*CLEAN, undo_accepted(3))
UNDONE: tuple[TaskEvent, ...] = (*UNDOING, undone(4))
PURGED: tuple[TaskEvent, ...] = (*CLEAN, TaskPurged(seq=3))


@pytest.mark.parametrize(("facts", "seq", "left"), [(PENDING, 1, 0), (RUNNING, 2, 10), (RETRYING, 3, 10)])
def test_cancel_stops_what_has_not_ended(facts: tuple[TaskEvent, ...], seq: int, left: int) -> None:
    state = given(*facts).when(TaskCancelRequested()).then(cancelled(seq, created=left))
    assert isinstance(state, Cancelled)
    Given(state).when(TaskCancelRequested()).then()


def test_a_cancel_says_the_rows_that_the_database_has() -> None:
    there = Counts(created=40)
    given(*RUNNING).when(TaskCancelRequested(), left=there).then(cancelled(2, created=40))


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ((), "unknown_task"),
        (CLEAN, "already_finished"),
        (FAILED, "already_finished"),
        (UNDOING, "already_undone"),
        (UNDONE, "already_undone"),
        (PURGED, "purged"),
    ],
)
def test_cancel_comes_too_late(facts: tuple[TaskEvent, ...], reason: str) -> None:
    before = given(*facts).state
    state = Given(before).when(Cancel()).then_refused("cancel", reason)
    assert type(state) is type(before)
    assert state.seq == before.seq + 1


@pytest.mark.parametrize("facts", [CLEAN, PARTIAL, FAILED, STOPPED, UNDONE])
def test_what_has_ended_can_run_again(facts: tuple[TaskEvent, ...]) -> None:
    before = given(*facts).state
    asked = TaskReplayRequested(attempt=2, scope="all", input="recorded")
    seq = before.seq
    state = Given(before).when(asked).then(accepted(seq + 1), started(seq + 2, attempt=2))
    assert isinstance(state, Running)
    assert state.work.attempt == 2
    assert state.work.counts == Counts()
    Given(state).when(asked).then()


def test_a_replay_waits_its_turn_as_a_submission_does() -> None:
    asked = TaskReplayRequested(attempt=2, scope="all", input="source")
    state, events = step(given(*CLEAN).state, asked, NOW, admitted=False)
    assert events == [accepted(3, source="source")]
    assert isinstance(state, Pending)
    assert react(state, asked, NOW) == []


def test_the_second_attempt_can_be_cancelled_and_the_first_no_more_changes() -> None:
    again = given(*CLEAN, accepted(3), started(4, attempt=2))
    assert again.when(batch(2)).then() is again.state
    again.when(Cancel()).then(cancelled(5, attempt=2))


@pytest.mark.parametrize(
    ("facts", "command", "reason"),
    [
        ((), Replay(1), "unknown_task"),
        (PENDING, Replay(2), "still_running"),
        (RUNNING, Replay(2), "still_running"),
        (RETRYING, Replay(2), "still_running"),
        (UNDOING, Replay(2), "being_undone"),
        (PURGED, Replay(2), "purged"),
        (CLEAN, Replay(3), "attempt_out_of_order"),
        (CLEAN, Replay(2, "rejected"), "nothing_rejected"),
        (PARTIAL, Replay(2, "unfinished"), "nothing_unfinished"),
        ((*RUNNING, source_read(10, 1), cancelled(2)), Replay(2, "unfinished"), "nothing_unfinished"),
        (UNDONE, Replay(2, "unfinished"), "already_undone"),
        (UNDONE, Replay(2, "rejected"), "already_undone"),
    ],
)
def test_replay_is_refused(facts: tuple[TaskEvent, ...], command: Replay, reason: str) -> None:
    given(*facts).when(command).then_refused("replay", reason)


def test_continuing_keeps_what_was_rejected_before() -> None:
    stopped = (submitted(), started(), batch(1, created=9, rejected=1), cancelled(2))
    again = given(*stopped, accepted(3, scope="unfinished"), started(4, attempt=2))
    then = Given(again.state).when(source_read(20, 2, attempt=2))
    then = Given(given(batch(2, attempt=2), state=then.state).state).when(batch(3, attempt=2))
    assert isinstance(then.state, Completed)
    assert then.state.outcome == "partial"


def test_loading_corrected_rows_mends_the_outcome() -> None:
    again = given(*PARTIAL, accepted(3, scope="rejected"), started(4, attempt=2))
    read = source_read(1, 1, attempt=2)
    then = given(read, state=again.state).when(batch(1, created=1, attempt=2))
    assert isinstance(then.state, Completed)
    assert then.state.outcome == "clean"


@pytest.mark.parametrize(("scope", "rows", "expected"), [("rejected", 1, 3), ("all", 10, 1)])
def test_warned_are_the_rows_of_the_task_not_of_its_last_attempt(
    scope: Scope, rows: int, expected: int
) -> None:
    """A rejected row carries no warning: whoever loads it adds his own to those that stand."""
    first = (submitted(), started(), batch(1, 9, 1, warned=2), source_read(10, 1), completed(2, 9, 1))
    again = given(
        *first, accepted(3, scope=scope), started(4, attempt=2), batch(1, rows, attempt=2, warned=1)
    )
    (event,) = again.when(source_read(rows, 1, attempt=2)).events
    assert isinstance(event, TaskCompleted)
    assert event.result["warned"] == expected


@pytest.mark.parametrize(
    ("proof", "outcome"),
    [(None, "partial"), ("differs", "partial"), ("unproven", "partial"), ("adds_up", "clean")],
)
def test_loading_corrected_rows_mends_totals_only_where_they_are_told_anew(
    proof: Proof | None, outcome: Outcome
) -> None:
    doubtful = (
        submitted(),
        started(),
        batch(1, 9, 1),
        source_read(10, 1, proof="differs"),
        completed(2, 9, 1),
    )
    again = given(*doubtful, accepted(3, scope="rejected"), started(4, attempt=2))
    read = source_read(1, 1, attempt=2, proof=proof)
    then = given(read, state=again.state).when(batch(1, created=1, attempt=2))
    assert isinstance(then.state, Completed)
    assert then.state.outcome == outcome
    assert next_work(then.state.work, 3, "rejected", "recorded").doubts == (outcome == "partial")


def test_going_on_with_a_repeat_keeps_the_doubts_of_who_read_to_the_end() -> None:
    doubtful = (submitted(), started(), batch(1), source_read(10, 1, proof="differs"), completed(2, 10))
    repeated = (*doubtful, accepted(3), started(4, attempt=2), cancelled(5, attempt=2))
    again = given(*repeated, accepted(6, attempt=3, scope="unfinished"), started(7, attempt=3))
    read = source_read(10, 1, attempt=3, proof=None)
    then = given(read, state=again.state).when(batch(1, attempt=3))
    assert isinstance(then.state, Completed)
    assert then.state.outcome == "partial"


def test_rejected_rows_of_half_a_source_wait_until_it_was_read() -> None:
    half = (submitted(), started(), batch(1, created=9, rejected=1), cancelled(2))
    given(*half).when(Replay(2, "rejected")).then_refused("replay", "unfinished_first")


def test_a_stopped_repeat_of_rejected_rows_leaves_the_others_rejected() -> None:
    some = (submitted(), started(), batch(1, created=5, rejected=5), source_read(10, 1), completed(2, 5, 5))
    stopped = (*some, accepted(3, scope="rejected"), started(4, attempt=2), batch(1, 1, 1, attempt=2))
    state = given(*stopped, cancelled(5, attempt=2)).state
    assert isinstance(state, Cancelled)
    assert state.work.rejected == 4
    Given(state).when(Replay(3, "unfinished")).then_refused("replay", "nothing_unfinished")


@pytest.mark.parametrize(("facts", "was"), [(CLEAN, "completed"), (FAILED, "failed"), (STOPPED, "cancelled")])
def test_an_import_can_be_taken_back_however_it_ended(facts: tuple[TaskEvent, ...], was: str) -> None:
    state = given(*facts).when(TaskUndoRequested(force=True)).then(undo_accepted(3, force=True))
    assert isinstance(state, Undoing)
    assert status_of(state) == was
    state = Given(state).when(FinishUndo(removed=20, restored=0, conflicts=0)).then(undone(4))
    assert isinstance(state, Undone)
    assert status_of(state) == was
    Given(state).when(FinishUndo(removed=20, restored=0, conflicts=0)).then()


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ((), "unknown_task"),
        (PENDING, "still_running"),
        (RUNNING, "still_running"),
        (UNDOING, "being_undone"),
        (UNDONE, "already_undone"),
        (PURGED, "purged"),
        ((submitted(dry_run=True), started(), cancelled(2)), "dry_run"),
    ],
)
def test_undo_is_refused(facts: tuple[TaskEvent, ...], reason: str) -> None:
    given(*facts).when(Undo()).then_refused("undo", reason)


@pytest.mark.parametrize("facts", [CLEAN, FAILED, STOPPED, UNDONE])
def test_cleanup_removes_what_has_ended(facts: tuple[TaskEvent, ...]) -> None:
    before = given(*facts).state
    state = Given(before).when(TaskCleanupRequested()).then(TaskPurged(seq=before.seq + 1))
    assert isinstance(state, Purged)
    assert status_of(state) is None
    Given(state).when(Purge()).then()


@pytest.mark.parametrize(
    ("facts", "reason"),
    [((), "unknown_task"), (RUNNING, "still_running"), (UNDOING, "being_undone")],
)
def test_cleanup_leaves_what_has_not(facts: tuple[TaskEvent, ...], reason: str) -> None:
    before: State = given(*facts).state
    Given(before).when(Purge()).then_refused("cleanup", reason)


def test_a_replay_that_came_first_keeps_the_task_in_the_lists() -> None:
    again = given(*CLEAN, accepted(3), started(4, attempt=2))
    again.when(TaskCleanupRequested()).then_refused("cleanup", "still_running")


def test_what_no_kind_can_take_back_is_not_asked_of_it() -> None:
    state, said = step(given(*CLEAN).state, TaskUndoRequested(), NOW, undoable=False)
    assert isinstance(state, Completed)
    assert [event.model_dump(include={"request", "reason"}) for event in said] == [
        {"request": "undo", "reason": "cannot_be_undone"}
    ]


def test_of_two_who_undo_at_once_the_second_hears_that_it_is_being_done() -> None:
    state = given(*CLEAN).when(TaskUndoRequested()).then(undo_accepted(3))
    Given(state).when(TaskUndoRequested(force=True)).then_refused("undo", "being_undone")


def test_an_undo_that_came_first_keeps_a_replay_out_and_the_other_way_round() -> None:
    replay = TaskReplayRequested(attempt=2, scope="all", input="recorded")
    given(*UNDOING).when(replay).then_refused("replay", "being_undone")
    again = given(*CLEAN, accepted(3), started(4, attempt=2))
    again.when(TaskUndoRequested()).then_refused("undo", "still_running")
