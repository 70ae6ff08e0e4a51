"""A task from submission to its end, when nobody interferes."""

import pytest

from domain.commands import Settle, Start
from domain.states import Completed, Failed, Pending, Running
from domain.task import react
from events.records import Counts, Proof
from events.tasks import TaskBatchImported, TaskCompleted, TaskEvent, TaskFailed
from tests.domain.spec import (
    NOW,
    batch,
    cancelled,
    completed,
    given,
    source_read,
    started,
    submitted,
)


def test_a_submitted_task_starts() -> None:
    assert isinstance(given().when(submitted()).then(started()), Running)


def test_a_submitted_task_waits_while_there_is_no_room() -> None:
    waiting = given(submitted())
    assert isinstance(waiting.state, Pending)
    assert react(waiting.state, submitted(), NOW, admitted=False) == []
    waiting.when(Start()).then(started())


def test_a_task_submitted_twice_starts_once() -> None:
    given(submitted(), started()).when(submitted()).then()


def test_nothing_is_said_while_batches_are_missing() -> None:
    given(submitted(), started(), batch(1)).when(source_read(rows=20, batches=2)).then()
    given(submitted(), started(), source_read(rows=20, batches=2)).when(batch(2)).then()


@pytest.mark.parametrize("last", ["batch", "source_read"])
def test_success_is_said_when_everything_is_in(last: str) -> None:
    facts: list[TaskEvent] = [batch(2), batch(1), source_read(rows=23, batches=2, skipped=3)]
    if last == "batch":
        facts.reverse()
    then = given(submitted(), started(), *facts[:-1]).when(facts[-1])
    (event,) = then.events
    assert isinstance(event, TaskCompleted)
    assert event.outcome == "clean"
    assert event.totals == Counts(created=20, skipped=3)
    assert event.result["inserted"] == 20
    assert event.result["total"] == 23
    assert event.result["batches"] == 2
    assert isinstance(then.state, Completed)


def test_rows_with_a_warning_are_counted_beside_their_verdicts() -> None:
    facts = (batch(1, warned=2), batch(2, warned=1), batch(2, warned=1))
    then = given(submitted(), started(), *facts).when(source_read(20, 2))
    (event,) = then.events
    assert isinstance(event, TaskCompleted)
    assert (event.outcome, event.result["inserted"], event.result["warned"]) == ("clean", 20, 3)


def test_a_rejected_row_makes_the_outcome_partial() -> None:
    then = given(submitted(), started(), batch(1, created=9, rejected=1)).when(source_read(10, 1))
    assert isinstance(then.state, Completed)
    assert then.state.outcome == "partial"


@pytest.mark.parametrize(
    ("proof", "outcome"),
    [("adds_up", "clean"), ("not_stated", "clean"), ("differs", "partial"), ("unproven", "partial")],
)
def test_control_totals_that_are_in_doubt_make_the_outcome_partial(proof: Proof, outcome: str) -> None:
    then = given(submitted(), started(), batch(1)).when(source_read(10, 1, proof=proof))
    assert isinstance(then.state, Completed)
    assert then.state.outcome == outcome


def test_a_source_without_rows_is_complete_when_it_was_read() -> None:
    then = given(submitted(), started()).when(source_read(rows=0, batches=0))
    assert isinstance(then.state, Completed)


@pytest.mark.parametrize(("rows", "difference"), [(21, -1), (19, 1)])
def test_a_task_that_does_not_add_up_fails_and_says_by_how_much(rows: int, difference: int) -> None:
    then = given(submitted(), started(), batch(1), batch(2)).when(source_read(rows, batches=2))
    (event,) = then.events
    assert isinstance(event, TaskFailed)
    assert event.error.code == "counts_do_not_add_up"
    assert event.error.args == {"source_rows": rows, "counted": 20, "difference": difference}
    assert not event.error.retryable
    assert isinstance(then.state, Failed)


def test_a_batch_nobody_cut_does_not_add_up() -> None:
    then = given(submitted(), started(), source_read(20, 2), batch(1), batch(3)).when(batch(2))
    assert isinstance(then.state, Failed)
    assert then.state.error.code == "counts_do_not_add_up"


def test_a_batch_nobody_cut_does_not_stand_in_for_another() -> None:
    given(submitted(), started(), source_read(20, 2), batch(1)).when(batch(3)).then()


def test_a_repeated_batch_counts_once() -> None:
    running = given(submitted(), started(), batch(1))
    assert running.when(batch(1)).then() is running.state


def test_a_source_that_was_read_twice_counts_once() -> None:
    running = given(submitted(), started(), source_read(20, 2))
    assert running.when(source_read(20, 2)).then() is running.state


def test_what_has_ended_does_not_end_again() -> None:
    ended = given(submitted(), started(), source_read(10, 1), batch(1), completed(2, created=10))
    ended.when(batch(1)).then()
    ended.when(Settle()).then()


def test_a_batch_that_committed_just_before_the_cancel_is_counted_after_it() -> None:
    stopped = given(submitted(), started(), cancelled(2), batch(1))
    stopped.when(source_read(10, 1)).then()
    assert not isinstance(stopped.state, Completed)
    assert stopped.state == given(submitted(), started(), batch(1), cancelled(2)).state


def test_every_verdict_of_a_batch_is_counted() -> None:
    verdicts = {
        "created": 1,
        "updated": 2,
        "unchanged": 3,
        "duplicate": 4,
        "rejected": 5,
        "retracted": 6,
        "skipped": 7,
    }
    mixed = TaskBatchImported(attempt=1, batch_no=1, rows=28, elapsed_ms=1, worker="w", **verdicts)
    then = given(submitted(), started(), mixed).when(source_read(28, 1))
    assert isinstance(then.events[0], TaskCompleted)
    assert then.events[0].totals == Counts(**verdicts)
