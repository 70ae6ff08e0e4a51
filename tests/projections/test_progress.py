"""The bar: never back, never full too early, a rate from the events' own times."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from events.base import Event
from events.tasks import TaskProgressed
from projections.progress import percent
from tests.projections.story import (
    batch,
    completed,
    seen,
    source_read,
    started,
    submitted,
    view_of,
)

moves = st.one_of(
    st.builds(batch, st.integers(1, 50), st.integers(1, 500)),
    st.builds(
        TaskProgressed,
        attempt=st.just(1),
        processed=st.integers(0, 2_000),
        total=st.one_of(st.none(), st.integers(0, 2_000)),
        message=st.just("task.reading"),
    ),
    st.builds(source_read, st.integers(0, 5_000), st.integers(0, 50)),
)


@settings(deadline=None)
@given(st.lists(moves, max_size=30))
def test_the_bar_never_goes_back_and_is_not_full_before_the_end(events: list[Event]) -> None:
    view = seen([submitted, started])
    before = 0
    for number, event in enumerate(events, 2):
        view = seen([event], view, number)
        assert view is not None
        assert before <= view.progress.percent <= 99
        before = view.progress.percent


def test_percent_is_whole_and_at_most_99() -> None:
    assert [percent(*pair) for pair in [(0, None), (5, 0), (0, 10), (1, 3), (10, 10), (20, 10)]] == [
        0,
        0,
        0,
        33,
        99,
        99,
    ]


def test_rate_and_remaining_time_come_from_the_events() -> None:
    total = TaskProgressed(attempt=1, processed=0, total=1_000, message="task.reading")
    view = view_of(submitted, started, total, batch(1, 100), batch(2, 100))
    # Started at second 1, 200 rows by second 4.
    assert view.progress.rows_per_second == 66.7
    assert view.progress.eta_seconds == 12
    assert view.progress.percent == 20


def test_the_rate_of_a_retry_counts_from_its_own_start() -> None:
    again = started.model_copy(update={"seq": 2, "tries": 2})
    view = view_of(submitted, started, batch(1, 100), again)
    assert (view.progress.rows_per_second, view.progress.processed) == (None, 100)
    moved = view_of(submitted, started, batch(1, 100), again, batch(2, 100))
    assert moved.progress.rows_per_second == 100.0


def test_an_ended_task_has_no_time_left() -> None:
    view = view_of(submitted, started, batch(1, 100), source_read(100, 1), completed(100))
    assert (view.progress.eta_seconds, view.progress.processed, view.progress.total) == (0, 100, 100)
    assert view.finished_at is not None
    assert view.finished_at - view.created_at == timedelta(seconds=4)
