"""What people have said, delivered twice: published again under its id when nobody knew whether it had been.

Repeats of lifecycle events are known by their ``seq``, of batches by their key, of submissions by the task.
These change nothing that is shown of a task and have neither, so that only the trail tells.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg

from events.tasks import (
    TaskCancelRequested,
    TaskCleanupRequested,
    TaskReplayRequested,
    TaskRowCorrected,
    TaskUndoRequested,
)
from projections.fold import Read
from projections.position import Position

PUBLISHED_AGAIN = frozenset(
    {TaskRowCorrected, TaskCancelRequested, TaskReplayRequested, TaskUndoRequested, TaskCleanupRequested}
)
# By the index over tasks: ids have none of their own, and most sets ask nothing.
_KNOWN = "SELECT task_id::text, id FROM task_event WHERE task_id = ANY(%s::uuid[]) AND id = ANY(%s::text[])"
# Task and event id.
Said = tuple[str, str]


def said_by(reads: Iterable[Read]) -> list[tuple[Position, Said]]:
    """What may come twice, with where it stands."""
    return [
        (position, (envelope.subject, envelope.id))
        for position, envelope in reads
        if type(envelope.event) in PUBLISHED_AGAIN
    ]


def repeats(told: Iterable[tuple[Position, Said]], known: Iterable[Said]) -> set[Position]:
    """Where a set says again what is ``known``, or what it has said itself."""
    seen, found = set(known), set()
    for position, said in told:
        if said in seen:
            found.add(position)
        seen.add(said)
    return found


async def repeated(connection: psycopg.AsyncConnection[Any], reads: Sequence[Read]) -> set[Position]:
    """The same, of what the trail has."""
    told = said_by(reads)
    if not told:
        return set()
    tasks, ids = list({task_id for _, (task_id, _) in told}), [event_id for _, (_, event_id) in told]
    found = await connection.execute(_KNOWN, [tasks, ids])
    return repeats(told, [(task_id, event_id) for task_id, event_id in await found.fetchall()])
