"""What a bulk operation asks of one task: an event, or why it asks nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self, assert_never

from domain.commands import Replay
from domain.refusals import cancel_refusal, replay_refusal, undo_refusal
from domain.states import Cancelled, State
from domain.suiting import replay_of
from events.tasks import Input, Scope, TaskCancelRequested, TaskReplayRequested, TaskUndoRequested

Action = Literal["cancel", "replay", "undo"]
Request = TaskCancelRequested | TaskReplayRequested | TaskUndoRequested


@dataclass(frozen=True, slots=True)
class Wanted:
    """The operation: ``scope`` None = what suits each task, ``force`` is of an undo; ``override`` as
    ``closed_period_override`` of the events."""

    action: Action
    scope: Scope | None = None
    input: Input | None = None
    force: bool = False
    override: str | None = None

    @classmethod
    def of(cls, params: Mapping[str, Any], override: str | None = None) -> Self:
        """As the bulk task's params say."""
        named = {name: params[name] for name in ("scope", "input", "force") if params.get(name) is not None}
        return cls(params["action"], override=override, **named)


def asked(state: State, wanted: Wanted) -> Request | str:
    """The request for a task in ``state``, or the reason why there is nothing to ask: it is where it should
    be already, or cannot get there."""
    match wanted.action:
        case "cancel":
            reason = "already_cancelled" if isinstance(state, Cancelled) else cancel_refusal(state)
            return reason or TaskCancelRequested()
        case "undo":
            return undo_refusal(state) or TaskUndoRequested(
                force=wanted.force, closed_period_override=wanted.override
            )
        case "replay":
            return _replay(state, wanted)
        case _ as never:
            assert_never(never)


def _replay(state: State, wanted: Wanted) -> TaskReplayRequested | str:
    request = replay_of(state, wanted.scope, wanted.input, wanted.override)
    reason = replay_refusal(state, Replay(request.attempt, request.scope, request.input))
    return reason or request
