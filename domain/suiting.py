"""What a replay does where its asker did not say."""

from domain.states import Absent, Cancelled, Completed, Failed, Purged, State
from events.tasks import Input, Scope, TaskReplayRequested


def replay_of(
    state: State, scope: Scope | None = None, input: Input | None = None, override: str | None = None
) -> TaskReplayRequested:
    """What was left unsaid is what suits: go on with what did not get to its end, load rejected rows of what
    did, otherwise do all of it again; from the recording, which asks nobody. ``override`` goes with it as
    ``closed_period_override``."""
    attempt = 1 if isinstance(state, Absent | Purged) else state.work.attempt + 1
    return TaskReplayRequested(
        attempt=attempt,
        scope=scope or _scope(state),
        input=input or "recorded",
        closed_period_override=override,
    )


def _scope(state: State) -> Scope:
    match state:
        case Failed() | Cancelled() if not state.work.complete:
            return "unfinished"
        case Completed() | Failed() | Cancelled() if state.work.rejected:
            return "rejected"
        case _:
            return "all"
