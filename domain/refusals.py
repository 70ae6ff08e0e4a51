"""Why a request is impossible, as a code: the page words it, the API answers 409 with it."""

from typing import assert_never

from domain.commands import Replay
from domain.states import (
    Absent,
    Active,
    Cancelled,
    Completed,
    Failed,
    Pending,
    Purged,
    Retrying,
    Running,
    State,
    Undoing,
    Undone,
)


def cancel_refusal(state: State) -> str | None:
    """Only what still runs can be stopped."""
    match state:
        case Pending() | Running() | Retrying() | Cancelled():
            return None
        case Completed() | Failed():
            return "already_finished"
        case Undoing() | Undone():
            return "already_undone"
        case Absent() | Purged():
            return _gone(state)
        case _ as never:
            assert_never(never)


def replay_refusal(state: State, command: Replay) -> str | None:
    """Only what has ended can run again, and only over what there is to run over."""
    match state:
        case Completed() | Failed() | Cancelled() | Undone():
            if state.about.shadow:
                # It answers for the moment at which it was asked; who wants to know again asks anew.
                return "shadow"
            if command.attempt != state.work.attempt + 1:
                return "attempt_out_of_order"
            return _nothing_in(state, command)
        case Pending() | Running() | Retrying():
            return "still_running"
        case Undoing():
            return "being_undone"
        case Absent() | Purged():
            return _gone(state)
        case _ as never:
            assert_never(never)


def _nothing_in(state: Completed | Failed | Cancelled | Undone, command: Replay) -> str | None:
    """A part of the source can be asked for only while there is such a part."""
    if command.scope == "all":
        return None
    if isinstance(state, Undone):
        return "already_undone"
    complete = isinstance(state, Completed) or state.work.complete
    if command.scope == "unfinished":
        return "nothing_unfinished" if complete else None
    if not complete:
        # Otherwise a task that has loaded half of its source would end as done.
        return "unfinished_first"
    return None if state.work.rejected else "nothing_rejected"


def undo_refusal(state: State) -> str | None:
    """Whatever has ended may have left rows, however it ended; a dry run never has."""
    match state:
        case Completed() | Failed() | Cancelled():
            return "dry_run" if state.about.dry_run else None
        case Pending() | Running() | Retrying():
            return "still_running"
        case Undoing():
            # Who asks second may want it otherwise (forced).
            return "being_undone"
        case Undone():
            return "already_undone"
        case Absent() | Purged():
            return _gone(state)
        case _ as never:
            assert_never(never)


def purge_refusal(state: State) -> str | None:
    """What has not ended stays in the lists."""
    if isinstance(state, Active):
        return "still_running"
    if isinstance(state, Undoing):
        return "being_undone"
    return "unknown_task" if isinstance(state, Absent) else None


def _gone(state: Absent | Purged) -> str:
    return "unknown_task" if isinstance(state, Absent) else "purged"
