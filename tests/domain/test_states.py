"""A task's state as it is stored and seen."""

import time

import orjson
import pytest

from domain.errors import Fatal, SourceUnavailable
from domain.failures import error_info
from domain.identity import batch_event_id, event_id
from domain.states import About, Absent, Running, State, status_of
from domain.task import Fence, dump, fence, lifecycle, load
from domain.work import Work
from events.tasks import TaskEvent, TaskStalled
from tests.domain.spec import (
    DOWN,
    REFUSED,
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
    undone,
)
from tests.domain.walk import reachable

SAMPLES: dict[str, State] = {state.name: state for state in reversed(reachable())}
TASK = "0192f0a1-0000-7000-8000-000000000001"


@pytest.mark.parametrize("name", SAMPLES)
def test_every_state_comes_back_from_json_as_it_was(name: str) -> None:
    state = SAMPLES[name]
    assert load(orjson.loads(orjson.dumps(dump(state)))) == state


def test_a_task_of_ten_thousand_batches_is_small_and_quick() -> None:
    facts = [batch(no) for no in range(10_000, 0, -1)]
    began = time.perf_counter()
    state = given(submitted(), started(), source_read(100_000, 10_000), *facts).state
    assert time.perf_counter() - began < 2
    assert isinstance(state, Running)
    assert state.work.all_in
    assert len(orjson.dumps(dump(state))) < 1000


def test_people_see_five_statuses() -> None:
    seen: dict[str, set[str | None]] = {}
    for state in reachable():
        seen.setdefault(state.name, set()).add(status_of(state))
    ended = {"completed", "failed", "cancelled"}
    assert seen == {
        "absent": {None},
        "pending": {"pending"},
        "running": {"running"},
        "retrying": {"running"},
        "completed": {"completed"},
        "failed": {"failed"},
        "cancelled": {"cancelled"},
        "undoing": ended,
        "undone": ended,
        "purged": {None},
    }


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (started(), Fence(1, "current")),
        (started(attempt=2), Fence(2, "current")),
        (cancelled(2), Fence(1, "cancelled")),
        (completed(2, created=1), Fence(1, "finished")),
        (failed(2, REFUSED), Fence(1, "finished")),
        (retry_scheduled(2, tries=1, seconds=1), None),
        (accepted(2), None),
        (undone(2), None),
        (batch(1), None),
    ],
)
def test_the_fence_follows_from_the_event(event: TaskEvent, expected: Fence | None) -> None:
    assert fence(event) == expected


def test_lifecycle_events_are_the_conductors() -> None:
    assert lifecycle(started())
    assert not lifecycle(batch(1))
    assert not lifecycle(TaskStalled(attempt=1, worker="a", successor="b"))


def test_ids_are_the_same_however_often() -> None:
    assert event_id(TASK, 1) == event_id(TASK, 1) != event_id(TASK, 2)
    assert batch_event_id(TASK, 1, 1) == batch_event_id(TASK, 1, 1)
    assert len({batch_event_id(TASK, a, b) for a in (1, 2) for b in (1, 2, 11)}) == 6


def test_an_attempt_that_was_not_read_to_its_end_is_not_all_in() -> None:
    assert not Work().all_in
    assert Running(seq=1, about=About(kind="stock_import"), work=Work()).work.totals.total == 0
    assert Absent().seq == 0


def test_an_error_goes_into_the_log_without_the_words_of_others() -> None:
    told = error_info(SourceUnavailable("onec_unavailable", "Пользователь Иванов занят", status=503), "d1")
    assert told.model_dump(exclude={"fingerprint"}) == {
        "code": "onec_unavailable",
        "args": {"status": 503},
        "retryable": True,
        "detail_id": "d1",
    }
    assert not error_info(Fatal("unsupported_format", found="XLSX")).retryable
    assert DOWN.retryable
