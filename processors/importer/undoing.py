"""Undos are done by whichever importer is free: some rows a transaction, and nothing to lose in between.

A transaction takes the undo's row, so that no other importer works on it, and the lock of its kind, so that
no import writes meanwhile; what it gave back and that it did so are one commit. Killed anywhere, the next
importer goes on at ``undo.done``.
"""

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row
from sqlalchemy.ext.asyncio import AsyncEngine

from events.tasks import TaskProgressed
from events.topics import TASKS
from infra.closed_period import closed_period
from infra.fence import undo_key
from infra.kafka import Publisher
from infra.postgres import driver_of, is_outage
from jobs.base import Kind
from jobs.undoing import Connection, Decided, Undoing, undoing_of
from processors.facts import fact
from processors.importer.giving_back import NotGivenBack, forget_list, give_back_rows, list_rows
from processors.patience import patiently

log = logging.getLogger(__name__)

ROWS = 1_000
# Asked for this often while there is nothing to do; told of progress at most this often: the log is for ever.
IDLE_SECONDS = 0.5
TOLD_SECONDS = 0.5
# After a mistake of ours an undo waits for so long, and imports go on.
AGAIN_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Done:
    """How far an undo is."""

    task_id: str
    attempt: int
    total: int
    done: int

    @property
    def finished(self) -> bool:
        return self.done >= self.total


class UndoWorker:
    """Runs until cancelled."""

    def __init__(
        self,
        engine: AsyncEngine,
        kinds: Mapping[str, Kind],
        publisher: Publisher,
        worker: str,
        namespace: str = "",
        rows: int = ROWS,
    ) -> None:
        self._engine = engine
        # An undo of a kind that only a newer version knows waits for it.
        self._hows = {name: how for name, kind in kinds.items() if (how := undoing_of(kind)) is not None}
        self._publisher = publisher
        self._worker = worker
        self._topic = namespace + TASKS
        self._rows = rows
        self._told: dict[str, float] = {}
        self._failed: dict[str, float] = {}

    async def run(self) -> None:
        while True:
            try:
                moved = await patiently(self.step)
            except (psycopg.Error, NotGivenBack):
                # Imports must not stop because one undo cannot go on: nothing of it is half done.
                log.exception("an undo waits %d s", AGAIN_SECONDS)
                continue
            if moved is None:
                await asyncio.sleep(IDLE_SECONDS)
            else:
                await self._tell(moved)

    async def step(self) -> Done | None:
        """List the rows of the oldest undo that nobody works on, or give some of them back; None where there
        is none."""
        async with driver_of(self._engine) as connection, connection.transaction():
            async with connection.cursor(row_factory=dict_row) as cursor:
                await cursor.execute(_NEXT, {"kinds": list(self._hows), "not_now": self._not_now()})
                undo = await cursor.fetchone()
            if undo is None:
                return None
            await connection.execute("SELECT pg_advisory_xact_lock(%s)", [undo_key(undo["kind"])])
            how = self._hows[undo["kind"]]
            try:
                if undo["total"] is None:
                    return await self._listed(connection, how, undo)
                return await self._gave_back(connection, how, undo)
            except Exception as error:
                if not is_outage(error):
                    self._failed[undo["task_id"]] = time.monotonic()
                raise

    def _not_now(self) -> list[str]:
        """Undos that failed here a moment ago."""
        since = time.monotonic() - AGAIN_SECONDS
        self._failed = {task_id: at for task_id, at in self._failed.items() if at > since}
        return list(self._failed)

    async def _listed(self, connection: Connection, how: Undoing, undo: dict[str, Any]) -> Done:
        total = await list_rows(connection, how, undo["task_id"])
        await connection.execute(_LISTED, {"task": undo["task_id"], "total": total})
        return Done(undo["task_id"], undo["attempt"], total, 0)

    async def _gave_back(self, connection: Connection, how: Undoing, undo: dict[str, Any]) -> Done:
        task_id, after = undo["task_id"], undo["done"]
        until = min(after + self._rows, undo["total"])
        closed = await closed_period(connection, undo["override"])
        decided = await give_back_rows(
            connection, how, task_id, after, until, force=undo["force"], closed=closed
        )
        await connection.execute(_GAVE_BACK, {"task": task_id, "until": until, **_counted(decided)})
        if until >= undo["total"]:
            await forget_list(connection, task_id)
        return Done(task_id, undo["attempt"], undo["total"], until)

    async def _tell(self, moved: Done) -> None:
        """Only the bar hears of it: what is lost with this process is said by the next."""
        now = time.monotonic()
        if moved.finished:
            self._told.pop(moved.task_id, None)
            return
        if now - self._told.get(moved.task_id, -TOLD_SECONDS) < TOLD_SECONDS:
            return
        self._told[moved.task_id] = now
        event = TaskProgressed(
            attempt=moved.attempt, processed=moved.done, total=moved.total, message="task.undoing"
        )
        await self._publisher.publish_patiently(
            self._topic, [fact(moved.task_id, event, self._worker, "importer")]
        )


def _counted(decided: list[Decided]) -> dict[str, int]:
    actions = [one.action for one in decided]
    return {
        "removed": actions.count("remove"),
        "restored": actions.count("restore"),
        "conflicts": sum(actions.count(name) for name in ("leave", "hand_over", "splice")),
        "touched": sum(one.row.standing.closed and one.action in ("remove", "restore") for one in decided),
    }


_NEXT = """
SELECT task_id::text AS task_id, kind, attempt, force, total, done,
    closed_period_override::text AS override FROM undo
WHERE finished_at IS NULL AND kind = ANY(%(kinds)s) AND task_id <> ALL(%(not_now)s::uuid[])
ORDER BY accepted_at LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_LISTED = """
UPDATE undo SET total = %(total)s, finished_at = CASE WHEN %(total)s = 0 THEN now() END
WHERE task_id = %(task)s
"""
_GAVE_BACK = """
UPDATE undo SET done = %(until)s, removed = removed + %(removed)s, restored = restored + %(restored)s,
    conflicts = conflicts + %(conflicts)s, touched_closed = touched_closed + %(touched)s,
    finished_at = CASE WHEN %(until)s >= total THEN now() END
WHERE task_id = %(task)s
"""
