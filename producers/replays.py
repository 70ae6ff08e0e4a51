"""What a replay would do, looked at before it is asked for: which attempt, over what, and whether the log
still has it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.commands import Replay
from domain.plans import Plan
from domain.refusals import replay_refusal
from domain.states import Absent, Purged, State
from domain.suiting import replay_of
from domain.task import load
from domain.work import next_work
from events.tasks import Input, Scope, TaskReplayRequested
from infra.log_places import At, first_gone
from infra.recordings import proposed


class InputGone(Exception):
    """The log does not have the recorded batches (any more)."""

    def __init__(self, batch_no: int, batches: int) -> None:
        super().__init__(batch_no)
        self.batch_no = batch_no
        self.batches = batches


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for; None = what suits. ``params``: what is to be done otherwise than was submitted.
    ``override`` as ``closed_period_override``."""

    scope: Scope | None = None
    input: Input | None = None
    params: Mapping[str, Any] | None = None
    override: str | None = None


class Replays:
    """Makes requests for replays. The conductor decides; what it cannot know is looked at here."""

    def __init__(self, engine: AsyncEngine, kafka: str) -> None:
        self._engine = engine
        self._kafka = kafka

    async def request(self, task_id: str, wish: Wish) -> TaskReplayRequested:
        """The request for the attempt that is next now; raises InputGone, and LogUnavailable."""
        async with self._engine.connect() as connection:
            state = await _state(connection, task_id)
            asked = replay_of(state, wish.scope, wish.input, wish.override)
            plan = await _plan(connection, task_id, state, asked)
        if plan is not None and asked.input == "recorded":
            await self._check(plan)
        return asked if wish.params is None else asked.model_copy(update={"params": dict(wish.params)})

    async def _check(self, plan: Plan) -> None:
        wanted = [(step.place.topic, step.place.partition, step.place.offset) for step in plan.steps]
        gone = await first_gone(self._kafka, wanted)
        if gone is not None:
            raise InputGone(_batch_at(plan, gone), len(plan.steps))


async def _state(connection: AsyncConnection, task_id: str) -> State:
    found = await connection.scalar(
        text("SELECT state FROM task_state WHERE task_id = :task"), {"task": task_id}
    )
    return Absent() if found is None else load(found)


async def _plan(
    connection: AsyncConnection, task_id: str, state: State, asked: TaskReplayRequested
) -> Plan | None:
    """None where the conductor will refuse, for a reason that comes first."""
    if isinstance(state, Absent | Purged):
        return None
    if replay_refusal(state, Replay(asked.attempt, asked.scope, asked.input)) is not None:
        return None
    return await proposed(connection, task_id, next_work(state.work, asked.attempt, asked.scope, asked.input))


def _batch_at(plan: Plan, gone: At) -> int:
    places = {(s.place.topic, s.place.partition, s.place.offset): s.place.batch_no for s in plan.steps}
    return places[gone]
