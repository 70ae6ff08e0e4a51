"""What people see of a task after each event."""

import orjson
import pytest

from events.base import Event
from events.records import ControlTotal, Counts
from events.tasks import (
    Input,
    TaskBatchImported,
    TaskCancelRequested,
    TaskPurged,
    TaskRequestAccepted,
    TaskRequestRefused,
    TaskRetryScheduled,
    TaskUndone,
)
from projections import rows
from projections.position import Position
from projections.task import apply
from tests.projections.story import (
    BEGIN,
    ERROR,
    USER,
    batch,
    cancelled,
    completed,
    envelope,
    failed,
    seen,
    source_read,
    started,
    submitted,
    view_of,
)


def test_a_submitted_task_waits() -> None:
    view = view_of(submitted)
    assert (view.status, view.attempt, view.counts.total) == ("pending", 1, 0)
    assert (view.created_at, view.submitted_by) == (BEGIN, f"user:{USER}")
    assert view.progress.message.code == "task.waiting"


def test_nothing_is_seen_of_a_task_that_was_never_submitted() -> None:
    assert seen([started, batch(1)]) is None


def test_a_started_task_runs() -> None:
    view = view_of(submitted, started)
    assert (view.status, view.current.status, view.current.tries) == ("running", "running", 1)
    assert view.started_at == view.current.started_at


def test_batches_add_up() -> None:
    view = view_of(submitted, started, batch(1, 100, rejected=3), batch(2, 50))
    assert view.counts == Counts(created=147, rejected=3)
    assert view.progress.processed == 150


def test_an_import_of_nothing_says_so() -> None:
    view = view_of(submitted, started, source_read(0, 0), completed(0))
    assert view.progress.message.code == "task.completed_empty"


def test_a_clean_import_is_completed_with_all_rows() -> None:
    view = view_of(submitted, started, batch(1, 100), source_read(100, 1), completed(100))
    assert (view.status, view.outcome, view.progress.percent) == ("completed", "clean", 100)
    assert view.result is not None
    assert view.result["inserted"] == 100
    assert view.progress.message.args == {"total": 100}
    assert view.failure is None


def test_a_partial_import_says_how_many_rows_need_attention() -> None:
    view = view_of(submitted, started, batch(1, 100, rejected=7), completed(93, rejected=7))
    assert view.outcome == "partial"
    assert view.progress.message.code == "task.partial"
    assert view.progress.message.args == {"rejected": 7, "total": 100}


def test_a_failed_task_has_an_error_and_keeps_its_rows() -> None:
    view = view_of(submitted, started, batch(1, 100), failed(left=100))
    assert (view.status, view.error, view.failure) == ("failed", ERROR, "f00d")
    assert view.counts.created == 100
    assert view.progress.percent < 100


def test_a_retry_shows_when_and_why_and_leaves_with_the_next_start() -> None:
    retry = TaskRetryScheduled(seq=2, attempt=1, tries=1, limit=5, at=BEGIN, error=ERROR)
    view = view_of(submitted, started, retry)
    assert (view.status, view.error, view.retry is not None) == ("running", ERROR, True)
    again = view_of(submitted, started, retry, started.model_copy(update={"seq": 3, "tries": 2}))
    assert (again.retry, again.error, again.current.tries) == (None, None, 2)


def test_a_stopped_task_says_how_many_rows_it_left() -> None:
    view = view_of(submitted, started, batch(1, 100), TaskCancelRequested(), cancelled(left=100))
    assert (view.status, view.progress.message.args) == ("cancelled", {"rows": 100})


def test_a_stopped_task_has_loaded_no_duplicates() -> None:
    left = Counts(created=2, updated=3, duplicate=40, unchanged=5, rejected=1, skipped=7)
    ended = cancelled().model_copy(update={"totals": left})
    view = view_of(submitted, started, batch(1, 58), TaskCancelRequested(), ended)
    assert view.progress.message.args == {"rows": 5}


def test_stopping_is_seen_while_it_is_under_way() -> None:
    view = view_of(submitted, started, TaskCancelRequested(), batch(1))
    assert view.progress.message.code == "task.cancelling"


def test_a_request_changes_nothing_of_a_finished_task() -> None:
    before = view_of(submitted, started, completed(0))
    refused = TaskRequestRefused(seq=3, request="cancel", reason="already_finished", state="completed")
    after = view_of(submitted, started, completed(0), TaskCancelRequested(), refused)
    assert (after.status, after.progress) == (before.status, before.progress)


@pytest.mark.parametrize("repeat", [submitted, started, completed(100)])
def test_a_repeat_gives_the_same_view(repeat: Event) -> None:
    view = view_of(submitted, started, batch(1), completed(100))
    assert apply(view, envelope(repeat)) is view


def test_a_batch_told_after_the_end_counts_once() -> None:
    view = view_of(submitted, started, batch(1), cancelled(left=200), batch(2))
    assert view.counts.created == 200
    assert view.status == "cancelled"


def test_skipped_rows_count_as_soon_as_the_source_was_read() -> None:
    view = view_of(submitted, started, source_read(110, 1, skipped=10), batch(1, 100))
    assert view.counts == Counts(created=100, skipped=10)


def test_control_totals_and_notes_stay_with_the_attempt() -> None:
    control = ControlTotal(account_ref="abc", turnover="differs")
    read = source_read(1, 1).model_copy(update={"controls": (control,), "notes": ("statement_without_end",)})
    view = view_of(submitted, started, batch(1, 1), read, completed(1))
    assert view.current.controls == (control,)
    assert view.result is not None
    assert view.result["notes"] == ["statement_without_end"]


def test_a_purged_task_is_gone() -> None:
    assert seen([submitted, started, completed(0), TaskPurged(seq=3)]) is None


def test_an_undone_task_says_so() -> None:
    undone = TaskUndone(seq=3, removed=1, restored=0, conflicts=0)
    assert view_of(submitted, started, completed(1), undone).outcome == "undone"


def test_continuing_keeps_what_is_loaded() -> None:
    accepted = TaskRequestAccepted(seq=3, request="replay", attempt=2, scope="unfinished")
    events = (submitted, started, batch(1, 100), cancelled(left=100), accepted)
    view = view_of(*events)
    assert (view.status, view.attempt, view.counts.created) == ("pending", 2, 100)
    again = started.model_copy(update={"seq": 4, "attempt": 2})
    view = view_of(*events, again, batch(2, 50, attempt=2), completed(50, seq=5, attempt=2))
    assert (view.status, view.counts.created) == ("completed", 150)


def test_corrected_rows_are_no_longer_rejected() -> None:
    accepted = TaskRequestAccepted(seq=3, request="replay", attempt=2, scope="rejected")
    again = started.model_copy(update={"seq": 4, "attempt": 2})
    view = view_of(
        submitted,
        started,
        batch(1, 100, rejected=7),
        completed(93, rejected=7),
        accepted,
        again,
        batch(1, 7, attempt=2, rejected=2).model_copy(update={"before": Counts(rejected=7)}),
    )
    assert view.counts == Counts(created=98, rejected=2)


def test_a_repeat_that_fails_leaves_a_completed_task_as_it_was() -> None:
    accepted = TaskRequestAccepted(seq=3, request="replay", attempt=2, scope="unfinished")
    again = started.model_copy(update={"seq": 4, "attempt": 2})
    view = view_of(submitted, started, completed(10), accepted, again, failed(seq=5, attempt=2))
    assert (view.status, view.outcome, view.error) == ("completed", "clean", None)
    assert view.attempts[2].status == "failed"
    assert view.attempts[2].error == ERROR


def repeated(source: Input) -> tuple[Event, ...]:
    accepted = TaskRequestAccepted(seq=3, request="replay", attempt=2, input=source)
    return (
        submitted,
        started,
        batch(1),
        completed(100),
        accepted,
        started.model_copy(update={"seq": 4, "attempt": 2, "version": "0.1.0+abc"}),
    )


def test_a_repeat_says_of_rows_what_they_are_now() -> None:
    """Also where it is stopped half-way: the others are what they were."""
    again = TaskBatchImported(
        attempt=2, batch_no=1, rows=40, unchanged=40, elapsed_ms=1, worker="w", before=Counts(created=40)
    )
    view = view_of(*repeated("recorded"), again, cancelled(seq=5, attempt=2))
    assert (view.status, view.counts) == ("completed", Counts(created=60, unchanged=40))
    assert view.attempts[2].counts == Counts(unchanged=40)
    assert (view.attempts[2].origin, view.attempts[2].version) == (1, "0.1.0+abc")


def test_a_source_that_is_read_anew_takes_the_place_of_the_earlier_reading() -> None:
    events = repeated("source")
    assert view_of(*events[:-1]).counts == Counts(created=100)
    running = (*events, batch(1, 30, attempt=2))
    assert view_of(*running).counts == Counts(created=30)
    assert view_of(*running, completed(30, seq=5, attempt=2)).counts == Counts(created=30)
    # It did not get as far as the one before.
    stopped = view_of(*running, cancelled(seq=5, attempt=2, left=30))
    assert (stopped.counts, stopped.attempts[2].origin) == (Counts(created=100), 2)


def test_rows_in_no_batch_count_once_however_often_the_end_is_read() -> None:
    accepted = TaskRequestAccepted(seq=3, request="replay", attempt=2, input="recorded")
    again = started.model_copy(update={"seq": 4, "attempt": 2})
    same = TaskBatchImported(
        attempt=2, batch_no=1, rows=10, unchanged=10, elapsed_ms=1, worker="w", before=Counts(created=10)
    )
    read = source_read(13, 1, skipped=3)
    view = view_of(
        submitted, started, batch(1, 10), read, accepted, again, same, read.model_copy(update={"attempt": 2})
    )
    assert view.counts == Counts(unchanged=10, skipped=3)


def test_a_kept_view_is_the_same_in_whatever_order_its_attempts_were_read() -> None:
    """Otherwise a snapshot that was made anew would differ from the one that was kept."""
    accepted = TaskRequestAccepted(seq=3, request="replay", attempt=2, scope="unfinished")
    view = view_of(submitted, started, batch(1), cancelled(left=100), accepted)
    kept = rows.snapshot_row(Position(3, 99), view)
    read = orjson.loads(rows.document([kept]))[0]
    for attempts in (read["attempts"], read["attempts"][::-1]):
        assert rows.snapshot_row(Position(3, 99), rows.view_of(read["task"], attempts)) == kept
