"""The only writer of lifecycle events: folds what the log says, decides, puts the answer in the outbox.

Per polled set one transaction: positions under a row lock, anything at or below them skipped, fold,
decide, fence, outbox. Then the outbox is published in order and emptied after the broker's ack. Killed
between the two, the successor publishes the same events under the same ids; their ``seq`` makes a
repeat count once.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain import task as tasks
from domain.commands import Command, RetryDue, Start
from domain.states import Active
from events.cloudevents import Envelope
from events.records import Counts
from events.tasks import TaskCancelRequested, TaskEvent, TaskReplayRequested, TaskSubmitted, TaskWorkFailed
from events.topics import TASKS
from infra.clock import Now, utc_now
from infra.kafka import Publisher
from processors.conductor import outbox, store, undos
from processors.conductor.admission import Limits, Places, free_places, waiting_tasks
from processors.conductor.answers import Answers, Cause, task_event
from processors.conductor.store import Folded, OutOfPlace


@dataclass(frozen=True, slots=True)
class Positioned:
    """An event of the log with where it stands."""

    partition: int
    offset: int
    envelope: Envelope


class Conductor:
    """Handles sets of events and the clock, one after the other within a process."""

    def __init__(
        self,
        engine: AsyncEngine,
        publisher: Publisher,
        *,
        topic_id: str,
        limits: Limits | None = None,
        worker: str = "conductor",
        namespace: str = "",
        now: Now = utc_now,
        undoable: Callable[[str], bool] = lambda kind: True,
    ) -> None:
        self._engine = engine
        self._publisher = publisher
        self._topic_id = topic_id
        self._limits = limits or Limits()
        self._worker = worker
        self._answers = Answers(worker, now)
        self._topic = namespace + TASKS
        self._now = now
        self._undoable = undoable
        self._one = asyncio.Lock()

    async def handle(self, events: Sequence[Positioned]) -> None:
        """Take in a set; afterwards everything it led to is in the log."""
        partitions = sorted({event.partition for event in events})
        async with self._one:
            async with self._engine.begin() as connection:
                offsets = await store.lock_partitions(connection, partitions, self._topic_id)
                fresh = _fresh(events, offsets)
                answered = False
                if fresh:
                    answered = await self._take_in(connection, fresh)
                    await store.store_offsets(connection, offsets)
            if answered:
                await self._publish(partitions)
        if any(tasks.lifecycle(task_event(event.envelope.event)) for event in fresh):
            await self.tick(partitions)

    async def tick(self, partitions: Sequence[int]) -> None:
        """What the clock asks: undos that are done, retries that are due, places that came free, an outbox
        left behind."""
        if not partitions:
            return
        async with self._one:
            async with self._engine.connect() as connection:
                if not await store.anything_to_do(connection, partitions, self._now()):
                    return
            async with self._engine.begin() as connection:
                await store.lock_partitions(connection, partitions, self._topic_id)
                now = self._now()
                await self._decide(connection, await undos.finished(connection, partitions), now)
                due = await store.due(connection, partitions, now)
                await self._decide(connection, dict.fromkeys(due, RetryDue(self._worker)), now)
                await self._admit(connection, partitions, now)
            await self._publish(partitions)

    async def _take_in(self, connection: AsyncConnection, events: Sequence[Positioned]) -> bool:
        """Fold and decide; True where something was answered."""
        answered = False
        folded = await store.load(connection, sorted({e.envelope.subject for e in events}))
        places: Places | None = None
        for positioned in events:
            cause = Cause.of(positioned.envelope)
            event = task_event(positioned.envelope.event)
            known = folded.setdefault(cause.task_id, Folded(tasks.Absent(), positioned.partition))
            # A replay waits for its turn as everybody does: the tick that follows starts it.
            admitted = not isinstance(event, TaskReplayRequested)
            if isinstance(event, TaskSubmitted) and isinstance(known.state, tasks.Absent):
                known.spec, known.submitter = _spec(event), positioned.envelope.actor
                places = places or await free_places(connection, self._limits)
                admitted = places.take(event.kind, store.source_key(known.spec), known.submitter)
            left = await _left(connection, cause.task_id, known.state, event)
            known.state, said = tasks.step(
                known.state,
                event,
                self._now(),
                admitted=admitted,
                left=left,
                undoable=self._undoable(str(known.spec.get("kind", ""))),
            )
            await self._answers.say(connection, known, cause, said)
            answered = answered or bool(said)
        await store.save(connection, folded)
        return answered

    async def _admit(self, connection: AsyncConnection, partitions: Sequence[int], now: datetime) -> None:
        waiting = await waiting_tasks(connection, partitions)
        if not waiting:
            return
        places = await free_places(connection, self._limits)
        chosen = [row.task_id for row in waiting if places.take(row.kind, row.source_key, row.submitter)]
        await self._decide(connection, dict.fromkeys(chosen, Start(self._worker)), now)

    async def _decide(
        self, connection: AsyncConnection, commands: Mapping[str, Command], now: datetime
    ) -> None:
        """What the clock asks of each task."""
        folded = await store.load(connection, list(commands))
        for task_id, known in folded.items():
            said = tasks.decide(known.state, commands[task_id], now)
            for event in said:
                known.state = tasks.evolve(known.state, event)
            await self._answers.say(connection, known, Cause(task_id, task_id, None), said)
        await store.save(connection, folded)

    async def _publish(self, partitions: Sequence[int]) -> None:
        while True:
            async with self._engine.connect() as connection:
                rows = await outbox.waiting_out(connection, partitions)
            if not rows:
                return
            await self._publisher.send_patiently(
                self._topic,
                [
                    (row.task_id.encode(), bytes(row.value), [(k, v.encode()) for k, v in row.headers])
                    for row in rows
                ],
            )
            async with self._engine.begin() as connection:
                await outbox.taken_out(connection, [row.id for row in rows])


def _fresh(events: Sequence[Positioned], offsets: dict[int, int]) -> list[Positioned]:
    """The events not taken in yet; moves ``offsets`` to the last of them. A hole stops everything."""
    fresh = []
    for event in events:
        last = offsets[event.partition]
        if event.offset <= last:
            continue
        if event.offset != last + 1:
            raise OutOfPlace(
                f"partition {event.partition} of tasks goes on at {event.offset}, but {last + 1} was never"
                " seen: restore the database or the log so that they fit"
            )
        offsets[event.partition] = event.offset
        fresh.append(event)
    return fresh


async def _left(
    connection: AsyncConnection, task_id: str, state: tasks.State, said: TaskEvent
) -> Counts | None:
    """What a task that may end now has in the database, counted with the fence closed."""
    ends = isinstance(said, TaskCancelRequested | TaskWorkFailed)
    if not ends or not isinstance(state, Active):
        return None
    return await store.count_under_lock(connection, task_id, state.work.attempt)


def _spec(said: TaskSubmitted) -> dict[str, Any]:
    return said.model_dump(mode="json", include={"kind", "params", "source", "priority", "dry_run"})
