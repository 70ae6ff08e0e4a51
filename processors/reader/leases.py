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

from domain.states import Known
from domain.task import load
from domain.work import Work
from events.records import Priority
from jobs.base import TaskSpec
from jobs.specs import spec_of
from processors.reader.cutter import CutBatch
from processors.reader.lease_statements import CLAIM, FINISH, MOVE, OFFER, RECORD, RENEW


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
    """A batch with the place where the log has it, and the log's time of it (milliseconds since 1970)."""

    batch: CutBatch
    topic: str
    partition: int
    offset: int
    timestamp: int


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
                text(OFFER), [{"task": t, "attempt": a, "tries": n} for t, a, n in starts]
            )

    async def claim(self, running: Collection[tuple[str, int]], *, only_urgent: bool = False) -> Lease | None:
        """Take the oldest attempt nobody reads, or whose reader is gone; None when there is none.

        ``running`` are those this process reads already; ``only_urgent``: of priority ``high``.
        """
        async with self._engine.begin() as connection:
            row = (
                await connection.execute(
                    text(CLAIM),
                    self._me
                    | {"mine": [f"{task}/{attempt}" for task, attempt in running], "urgent": only_urgent},
                )
            ).one_or_none()
        if row is None:
            return None
        work = _work(row.state)
        return Lease(
            spec=spec_of(str(row.task_id), row.attempt, row.spec),
            priority=row.spec["priority"],
            tries=row.tries,
            batch_no=row.cursor["batch_no"],
            row=row.cursor["row"],
            taken_from=row.taken_from.split("/")[0] if row.taken_from else None,
            takeovers=row.takeovers,
            work=work,
        )

    async def renew(self, lease: Lease) -> None:
        """Heartbeat; raises LeaseLost, also where the attempt is no longer current."""
        async with self._engine.begin() as connection:
            await self._require(connection, RENEW, lease, {})

    async def recorded(self, lease: Lease, batches: Sequence[Recorded]) -> None:
        """Batches are in the log: move the cursor and keep where they lie, for replay."""
        last = batches[-1].batch
        cursor = {"batch_no": last.batch_no, "row": last.last_row}
        async with self._engine.begin() as connection:
            # Losing the last few commits is harmless: the batches are published again, and count once.
            await connection.execute(text("SET LOCAL synchronous_commit = off"))
            await self._require(connection, MOVE, lease, {"cursor": orjson.dumps(cursor).decode()})
            await connection.execute(
                text(RECORD),
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
                        "timestamp": one.timestamp,
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
            await connection.execute(text(FINISH), self._me | self._key(lease))

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
