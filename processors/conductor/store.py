"""What the conductor keeps in PostgreSQL: positions, folded tasks, the fence."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain import task as tasks
from events.records import VERDICTS, Counts
from infra.fence import fence_key


class OutOfPlace(Exception):
    """The log and the stored position do not fit: going on would lose or repeat. A person must look."""


@dataclass(slots=True)
class Folded:
    """A task as the conductor knows it; ``spec`` is what was submitted, for workers."""

    state: tasks.State
    partition: int
    spec: Mapping[str, Any] = field(default_factory=dict)
    submitter: str = ""


async def lock_partitions(
    connection: AsyncConnection, partitions: Iterable[int], topic_id: str
) -> dict[int, int]:
    """Lock the rows of ``partitions`` in order; returns the last offset each has taken in (-1 = none)."""
    rows = await connection.execute(text(_LOCK), {"partitions": sorted(partitions), "topic": topic_id})
    offsets = {}
    for row in rows:
        if row.topic_id != topic_id:
            raise OutOfPlace(
                f"topic tasks was made anew (it was {row.topic_id}, it is {topic_id}): its history is not"
                " the one this database was built from"
            )
        offsets[row.partition] = row.offset
    return offsets


async def store_offsets(connection: AsyncConnection, offsets: Mapping[int, int]) -> None:
    await connection.execute(
        text(_MOVE), {"partitions": list(offsets.keys()), "offsets": list(offsets.values())}
    )


async def anything_to_do(connection: AsyncConnection, partitions: Sequence[int], now: datetime) -> bool:
    """Whether the clock has anything to ask: one look without a lock, so that an idle conductor is idle."""
    found = await connection.scalar(text(_TO_DO), {"partitions": list(partitions), "now": now})
    return bool(found)


async def load(connection: AsyncConnection, task_ids: Sequence[str]) -> dict[str, Folded]:
    """The tasks that are known; the others are absent."""
    rows = await connection.execute(
        text(
            "SELECT task_id::text, partition, state, spec, submitter FROM task_state"
            " WHERE task_id = ANY(CAST(:ids AS uuid[]))"
        ),
        {"ids": list(task_ids)},
    )
    return {
        row.task_id: Folded(tasks.load(row.state), row.partition, row.spec, row.submitter) for row in rows
    }


async def save(connection: AsyncConnection, folded: Mapping[str, Folded]) -> None:
    """Write the tasks back, with what admission and the clock look for."""
    if folded:
        await connection.execute(text(_SAVE), [_row(task_id, known) for task_id, known in folded.items()])


def _row(task_id: str, known: Folded) -> dict[str, Any]:
    return {
        "task": task_id,
        "partition": known.partition,
        "state": orjson.dumps(tasks.dump(known.state)).decode(),
        "spec": orjson.dumps(dict(known.spec)).decode(),
        "due": tasks.wakes_at(known.state),
        "waiting": known.state.name == "pending",
        "kind": str(known.spec.get("kind", "")),
        "source_key": source_key(known.spec),
        "submitter": known.submitter,
    }


def source_key(spec: Mapping[str, Any]) -> str:
    """What two tasks must not read at once beyond a limit: one 1C, by its name. Files and recordings are no
    such thing."""
    source = spec.get("source", {})
    if "shadow_of" in source:
        return ""
    return f"onec:{source.get('base', '')}" if source.get("type") == "onec" else ""


async def count_under_lock(connection: AsyncConnection, task_id: str, attempt: int) -> Counts:
    """Close the attempt to importers until this transaction ends, and count what it has written.

    Waits for batches that are being committed now; none can begin before the fence is written.
    """
    await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": fence_key(task_id, attempt)})
    rows = await connection.scalars(
        text("SELECT counts FROM applied_batch WHERE task_id = :task AND attempt = :attempt"),
        {"task": task_id, "attempt": attempt},
    )
    sums = [sum(column) for column in zip(*rows, strict=True)]
    return Counts(**dict(zip(VERDICTS, sums, strict=True))) if sums else Counts()


async def write_fence(connection: AsyncConnection, task_id: str, fence: tasks.Fence) -> None:
    """Open or close an attempt."""
    await connection.execute(
        text(
            "INSERT INTO attempt (task_id, attempt, state) VALUES (:task, :attempt, :state)"
            " ON CONFLICT (task_id, attempt) DO UPDATE SET state = excluded.state"
        ),
        {"task": task_id, "attempt": fence.attempt, "state": fence.status},
    )


async def due(connection: AsyncConnection, partitions: Sequence[int], now: datetime) -> list[str]:
    """Tasks whose retry has come due."""
    return list(
        await connection.scalars(
            text(
                "SELECT task_id::text FROM task_state"
                " WHERE due_at <= :now AND partition = ANY(:partitions) ORDER BY due_at LIMIT 100"
            ),
            {"now": now, "partitions": list(partitions)},
        )
    )


_LOCK = """
INSERT INTO conductor_offset (partition, topic_id, "offset")
SELECT wanted, :topic, -1 FROM unnest(CAST(:partitions AS integer[])) AS wanted ORDER BY wanted
ON CONFLICT (partition) DO UPDATE SET partition = excluded.partition
RETURNING partition, topic_id, "offset"
"""
_MOVE = """
UPDATE conductor_offset c SET "offset" = moved."offset"
FROM unnest(CAST(:partitions AS integer[]), CAST(:offsets AS bigint[])) AS moved (partition, "offset")
WHERE c.partition = moved.partition
"""
_TO_DO = """
SELECT EXISTS (SELECT FROM outbox WHERE partition = ANY(:partitions))
    OR EXISTS (SELECT FROM task_state WHERE due_at <= :now AND partition = ANY(:partitions))
    OR EXISTS (SELECT FROM task_state WHERE waiting AND partition = ANY(:partitions))
    OR EXISTS (SELECT FROM undo WHERE finished_at IS NOT NULL AND NOT told AND partition = ANY(:partitions))
"""
_SAVE = """
INSERT INTO task_state (task_id, partition, state, spec, due_at, waiting, kind, source_key, submitter)
VALUES (:task, :partition, CAST(:state AS jsonb), CAST(:spec AS jsonb), :due, :waiting, :kind, :source_key,
        :submitter)
ON CONFLICT (task_id) DO UPDATE SET
    state = excluded.state, spec = excluded.spec, due_at = excluded.due_at, waiting = excluded.waiting,
    queued_at = CASE WHEN excluded.waiting AND NOT task_state.waiting
                     THEN clock_timestamp() ELSE task_state.queued_at END,
    kind = excluded.kind, source_key = excluded.source_key, submitter = excluded.submitter
"""
