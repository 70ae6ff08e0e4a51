"""What is left of tasks that cleanup took out of the lists is removed by whichever importer is free.

Some rows a transaction; killed anywhere, the next importer goes on. Undos of the same kind do not see half
of it: the lock that they take alone is shared here.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from infra.fence import undo_key
from infra.postgres import driver_of
from jobs.cleaning import GOING
from jobs.undoing import Connection
from processors.patience import patiently

ROWS = 5_000
IDLE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Forgetting:
    """Runs until cancelled."""

    engine: AsyncEngine
    rows: int = ROWS

    async def run(self) -> None:
        while True:
            if not await patiently(self.step):
                await asyncio.sleep(IDLE_SECONDS)

    async def step(self) -> bool:
        """Remove some rows of the task that was taken away first, or take it off the list; False where there
        is none, or another importer has it."""
        async with driver_of(self.engine) as connection, connection.transaction():
            found = await (await connection.execute(_NEXT)).fetchone()
            if found is None:
                return False
            task_id, kind = found
            await connection.execute("SELECT pg_advisory_xact_lock_shared(%s)", [undo_key(kind)])
            if await self._removed(connection, task_id) < self.rows:
                await connection.execute("DELETE FROM leftover WHERE task_id = %s", [task_id])
        return True

    async def _removed(self, connection: Connection, task_id: Any) -> int:
        """How many rows went, ``rows`` at most."""
        removed = 0
        for table, which in GOING.items():
            found = await connection.execute(
                f"DELETE FROM {table} WHERE ctid = ANY(ARRAY("
                f"SELECT x.ctid FROM {table} x WHERE {which} LIMIT %(most)s))",
                {"task": task_id, "most": self.rows - removed},
            )
            removed += found.rowcount
            if removed >= self.rows:
                break
        return removed


_NEXT = "SELECT task_id, kind FROM leftover ORDER BY purged_at LIMIT 1 FOR UPDATE SKIP LOCKED"
