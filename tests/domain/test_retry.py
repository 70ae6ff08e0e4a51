"""What cannot be done now is tried again; what cannot be done at all is said at once."""

from domain.commands import RetryDue
from domain.retry import SOURCE_TRIES, delay
from domain.states import Failed, Retrying, Running, State
from domain.task import wakes_at
from events.records import ErrorInfo
from tests.domain.spec import (
    DOWN,
    NO_DATABASE,
    REFUSED,
    Given,
    after,
    batch,
    cancelled,
    failed,
    given,
    retry_scheduled,
    source_read,
    started,
    submitted,
    work_failed,
)

RUNNING = (submitted(), started())
RETRYING = (*RUNNING, retry_scheduled(2, tries=1, seconds=1))


def test_a_failing_source_is_asked_again_after_a_second() -> None:
    state = given(*RUNNING).when(work_failed(DOWN)).then(retry_scheduled(2, tries=1, seconds=1, limit=5))
    assert isinstance(state, Retrying)
    assert wakes_at(state) == after(1)


def test_the_next_try_starts_when_its_time_has_come() -> None:
    given(*RETRYING).when(RetryDue(), at=after(0.9)).then()
    state = given(*RETRYING).when(RetryDue(), at=after(1)).then(started(3, tries=2))
    assert isinstance(state, Running)
    assert wakes_at(state) is None


def test_waiting_grows_to_five_minutes() -> None:
    assert [delay(tries).total_seconds() for tries in range(1, 9)] == [1, 4, 16, 64, 256, 300, 300, 300]


def fail(state: State, times: int, error: ErrorInfo = DOWN) -> State:
    for _ in range(times):
        assert isinstance(state, Running)
        state = Given(state).when(work_failed(error, tries=state.work.tries)).state
        state = Given(state).when(RetryDue(), at=after(1000)).state
    return state


def test_a_source_has_five_tries() -> None:
    state = fail(given(*RUNNING).state, SOURCE_TRIES - 1)
    Given(state).when(work_failed(DOWN, tries=5)).then(failed(10, DOWN))


def test_our_own_database_is_waited_for_as_long_as_it_takes() -> None:
    state = fail(given(*RUNNING).state, 50, NO_DATABASE)
    assert isinstance(state, Running)
    assert state.work.tries == 51


def test_our_own_database_costs_the_source_none_of_its_tries() -> None:
    state = fail(fail(given(*RUNNING).state, 10, NO_DATABASE), SOURCE_TRIES - 1)
    assert isinstance(Given(state).when(work_failed(DOWN, tries=15)).state, Failed)


def test_the_limit_that_people_see_includes_tries_that_were_free() -> None:
    state = fail(given(*RUNNING).state, 2, NO_DATABASE)
    said = Given(state).when(work_failed(DOWN, tries=3)).events
    assert said == [retry_scheduled(6, tries=3, seconds=16, limit=7)]
    given(*RUNNING).when(work_failed(NO_DATABASE)).then(
        retry_scheduled(2, tries=1, seconds=1, error=NO_DATABASE, limit=0)
    )


def test_a_source_that_refuses_is_not_asked_again() -> None:
    then = given(*RUNNING, batch(1)).when(work_failed(REFUSED))
    assert isinstance(then.then(failed(2, REFUSED, created=10)), Failed)


def test_a_failure_of_an_earlier_try_was_answered_already() -> None:
    again = given(*RETRYING, started(3, tries=2))
    for failure in (work_failed(DOWN, tries=1), work_failed(REFUSED), work_failed(DOWN, attempt=2)):
        again.when(failure).then()


def test_a_repeated_failure_schedules_one_retry() -> None:
    given(*RETRYING).when(work_failed(DOWN)).then()


def test_a_batch_that_contradicts_another_fails_the_attempt_whichever_try_it_is() -> None:
    contradiction = work_failed(REFUSED, tries=1, batch_no=7)
    given(*RETRYING).when(contradiction).then(failed(3, REFUSED))
    given(*RETRYING, started(3, tries=2)).when(contradiction).then(failed(4, REFUSED))


def test_batches_go_on_being_imported_between_two_tries() -> None:
    then = given(*RETRYING, source_read(10, 1)).when(batch(1))
    assert then.state.name == "completed"
    Given(then.state).when(RetryDue(), at=after(1)).then()


def test_a_late_failure_does_not_wake_what_has_ended() -> None:
    given(*RUNNING, cancelled(2)).when(work_failed(DOWN)).then()
    given(*RETRYING, cancelled(3)).when(RetryDue(), at=after(1)).then()
