"""What people see of a task while it is undone, and afterwards."""

from events.tasks import TaskProgressed, TaskRequestAccepted, TaskUndone
from tests.projections.story import batch, completed, started, submitted, view_of

ENDED = (submitted, started, batch(1), completed(100))
ACCEPTED = TaskRequestAccepted(seq=3, request="undo", attempt=1)


def moved(processed: int, message: str = "task.undoing") -> TaskProgressed:
    return TaskProgressed(attempt=1, processed=processed, total=100, message=message)


def test_it_shows_as_it_had_ended_and_its_bar_moves_again() -> None:
    view = view_of(*ENDED, ACCEPTED, moved(0), moved(40))
    assert (view.status, view.outcome, view.counts.created) == ("completed", "clean", 100)
    assert (view.progress.percent, view.progress.processed) == (40, 40)
    assert view.progress.message.args == {"processed": 40, "total": 100}


def test_what_else_is_told_late_moves_nothing() -> None:
    view = view_of(*ENDED, ACCEPTED, moved(40), moved(90, "source_surveyed"))
    assert view.progress.processed == 40
    done = view_of(*ENDED, moved(40))
    assert (done.progress.percent, done.progress.message.code) == (100, "task.completed")


def test_undone_it_says_what_was_given_back() -> None:
    undone = TaskUndone(seq=4, removed=90, restored=0, conflicts=10)
    view = view_of(*ENDED, ACCEPTED, moved(40), undone, moved(99))
    assert (view.status, view.outcome) == ("completed", "undone")
    assert view.result is not None
    assert view.result["undo"] == {"removed": 90, "restored": 0, "conflicts": 10}
    assert view.result["inserted"] == 100
    assert (view.progress.percent, view.progress.message.code) == (100, "task.undone_partly")
