"""Who reads which attempt: a lease in PostgreSQL, renewed by heartbeat, fenced by a token.

A reader that stops renewing loses the lease after ``seconds``; whoever comes next gets a new token,
so that the old one, should it wake up, can neither renew nor move the cursor.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.states import Known, Work
from domain.task import load
from events.records import Priority
from jobs.base import TaskSpec
from processors.reader.cutter import CutBatch


class LeaseLost(Exception):
    """Somebody else reads this attempt now, or it was stopped: drop everything, write nothing."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to read one attempt from ``row`` on. ``work`` is what the attempt is to do, ``taken_from``
    the worker it was taken over from, ``takeovers`` how often that has happened since the cursor last moved.
    """

    spec: TaskSpec
    priority: Priority
    tries: int
    batch_no: int
    row: int
    taken_from: str | None
    takeovers: int = 0
    work: Work = field(default_factory=Work)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A batch with the place where the log has it."""

    batch: CutBatch
    topic: str
    partition: int
    offset: int


class Leases:
    """All leases, as one worker sees them. ``worker`` is its name, ``token`` this process alone."""

    def __init__(self, engine: AsyncEngine, worker: str, token: str, seconds: float) -> None:
        self._engine = engine
        self._me = {"worker": worker, "token": f"{worker}/{token}", "seconds": seconds}

    async def offer(self, starts: Collection[tuple[str, int, int]]) -> None:
        """Make started attempts (task, attempt, tries) available; an older try changes nothing."""
        if not starts:
            return
        async with self._engine.begin() as connection:
            await connection.execute(
                text(_OFFER), [{"task": t, "attempt": a, "tries": n} for t, a, n in starts]
            )

    async def claim(self, running: Collection[tuple[str, int]]) -> Lease | None:
        """Take the oldest attempt nobody reads, or whose reader is gone; None when there is none.

        ``running`` are those this process reads already.
        """
        async with self._engine.begin() as connection:
            row = (
                await connection.execute(
                    text(_CLAIM), self._me | {"mine": [f"{task}/{attempt}" for task, attempt in running]}
                )
            ).one_or_none()
        if row is None:
            return None
        spec = row.spec
        return Lease(
            spec=TaskSpec(
                task_id=str(row.task_id),
                attempt=row.attempt,
                kind=spec["kind"],
                params=spec["params"],
                source=spec["source"],
                dry_run=spec["dry_run"],
            ),
            priority=spec["priority"],
            tries=row.tries,
            batch_no=row.cursor["batch_no"],
            row=row.cursor["row"],
            taken_from=row.taken_from.split("/")[0] if row.taken_from else None,
            takeovers=row.takeovers,
            work=_work(row.state),
        )

    async def renew(self, lease: Lease) -> None:
        """Heartbeat; raises LeaseLost, also where the attempt is no longer current."""
        async with self._engine.begin() as connection:
            await self._require(connection, _RENEW, lease, {})

    async def recorded(self, lease: Lease, batches: Sequence[Recorded]) -> None:
        """Batches are in the log: move the cursor and keep where they lie, for replay."""
        last = batches[-1].batch
        cursor = {"batch_no": last.batch_no, "row": last.last_row}
        async with self._engine.begin() as connection:
            # Losing the last few commits is harmless: the batches are published again, and count once.
            await connection.execute(text("SET LOCAL synchronous_commit = off"))
            await self._require(connection, _MOVE, lease, {"cursor": orjson.dumps(cursor).decode()})
            await connection.execute(
                text(_RECORD),
                [
                    self._key(lease)
                    | {
                        "batch_no": one.batch.batch_no,
                        "topic": one.topic,
                        "partition": one.partition,
                        "offset": one.offset,
                        "first_row": one.batch.first_row,
                        "rows": one.batch.rows,
                        "hash": one.batch.content_hash,
                    }
                    for one in batches
                ],
            )

    async def applied(self, lease: Lease) -> int:
        """How many batches of the attempt are in the database by now."""
        async with self._engine.connect() as connection:
            found = await connection.scalar(
                text("SELECT count(*) FROM applied_batch WHERE task_id = :task AND attempt = :attempt"),
                self._key(lease),
            )
        return int(found or 0)

    async def finish(self, lease: Lease) -> None:
        """Nothing is left to read in this try."""
        async with self._engine.begin() as connection:
            await connection.execute(text(_FINISH), self._me | self._key(lease))

    async def _require(
        self, connection: AsyncConnection, statement: str, lease: Lease, more: dict[str, Any]
    ) -> None:
        done = await connection.execute(text(statement), self._me | self._key(lease) | more)
        if done.rowcount != 1:
            raise LeaseLost

    @staticmethod
    def _key(lease: Lease) -> dict[str, Any]:
        return {"task": lease.spec.task_id, "attempt": lease.spec.attempt}


def _work(stored: dict[str, Any]) -> Work:
    state = load(stored)
    assert isinstance(state, Known), "an attempt that is current belongs to a task that is known"
    return state.work


_OFFER = """
INSERT INTO read_lease (task_id, attempt, tries) VALUES (:task, :attempt, :tries)
ON CONFLICT (task_id, attempt) DO UPDATE
    SET tries = excluded.tries, state = 'waiting', holder = NULL, expires_at = NULL,
        queued_at = clock_timestamp(), takeovers = 0
    WHERE read_lease.tries < excluded.tries
"""
# A worker's successor has its name and another token: it need not wait until the lease runs out.
_CLAIM = """
WITH next AS (
    SELECT l.task_id, l.attempt, l.holder, s.spec, s.state AS known
    FROM read_lease l JOIN attempt a USING (task_id, attempt) JOIN task_state s USING (task_id)
    WHERE l.state <> 'done' AND a.state = 'current'
      AND l.task_id::text || '/' || l.attempt <> ALL (:mine)
      AND (l.state = 'waiting' OR l.expires_at < clock_timestamp()
           OR split_part(l.holder, '/', 1) = :worker)
    ORDER BY CASE s.spec ->> 'priority' WHEN 'high' THEN 0 WHEN 'normal' THEN 1 ELSE 2 END, l.queued_at
    LIMIT 1 FOR UPDATE OF l SKIP LOCKED
)
UPDATE read_lease l
SET state = 'held', holder = :token,
    takeovers = CASE WHEN next.holder IS NULL THEN l.takeovers ELSE l.takeovers + 1 END,
    expires_at = clock_timestamp() + make_interval(secs => :seconds)
FROM next WHERE l.task_id = next.task_id AND l.attempt = next.attempt
RETURNING l.task_id, l.attempt, l.tries, l.cursor, l.takeovers, next.spec, next.known AS state,
    next.holder AS taken_from
"""
_RENEW = """
UPDATE read_lease l SET expires_at = clock_timestamp() + make_interval(secs => :seconds)
WHERE task_id = :task AND attempt = :attempt AND holder = :token AND state = 'held'
  AND EXISTS (SELECT FROM attempt a WHERE a.task_id = l.task_id AND a.attempt = l.attempt
              AND a.state = 'current')
"""
_MOVE = """
UPDATE read_lease SET cursor = CAST(:cursor AS jsonb), takeovers = 0
WHERE task_id = :task AND attempt = :attempt AND holder = :token AND state = 'held'
"""
_RECORD = """
INSERT INTO recorded_batch
    (task_id, attempt, batch_no, topic, partition, "offset", first_row, rows, content_hash)
VALUES (:task, :attempt, :batch_no, :topic, :partition, :offset, :first_row, :rows, :hash)
ON CONFLICT (task_id, attempt, batch_no) DO UPDATE
    SET topic = excluded.topic, partition = excluded.partition, "offset" = excluded."offset"
"""
_FINISH = """
UPDATE read_lease SET state = 'done', holder = NULL, expires_at = NULL
WHERE task_id = :task AND attempt = :attempt AND holder = :token
"""
