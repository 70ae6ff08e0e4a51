"""What a task wrote is given back: listed once, then looked at and given back some rows a transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg

from domain.closing import ClosedPeriod
from jobs.undoing import Connection, Decided, Undoing, look

# A row that a task has written twice, with another's in between, is looked at once more for each.
_MOST_LOOKS = 100
_AGAIN = frozenset({"restore", "hand_over", "splice"})


class NotGivenBack(Exception):
    """A row stands as before, however often it is given back: a mistake of ours."""


async def list_rows(connection: Connection, how: Undoing, task_id: str) -> int:
    """Note every row that is to be looked at; returns how many."""
    of_task = {"task": task_id}
    await how.withdraw(connection, task_id)
    await forget_list(connection, task_id)
    await connection.execute("DELETE FROM undo_conflict WHERE task_id = %(task)s", of_task)
    listed = await connection.execute(
        "INSERT INTO undo_row (task_id, place, row_id)"
        f" SELECT %(task)s, row_number() OVER (), s.row_id FROM ({how.listing}) s",
        of_task,
    )
    return listed.rowcount


async def forget_list(connection: Connection, task_id: str) -> None:
    """Nothing is left to be looked at."""
    await connection.execute("DELETE FROM undo_row WHERE task_id = %(task)s", {"task": task_id})


async def give_back_rows(
    connection: Connection,
    how: Undoing,
    task_id: str,
    after: int,
    until: int,
    *,
    force: bool,
    closed: ClosedPeriod | None = None,
) -> list[Decided]:
    """Rows ``after`` + 1 … ``until`` of the list; what became of each, conflicts kept."""
    found = await connection.execute(
        "SELECT row_id, place FROM undo_row WHERE task_id = %s AND place > %s AND place <= %s ORDER BY place",
        [task_id, after, until],
    )
    places: dict[str, int] = dict(await found.fetchall())
    giving = _Giving(connection, how, task_id, force, closed)
    done = await giving.carefully(list(places))
    await _keep_conflicts(connection, how, task_id, places, done)
    return done


@dataclass(frozen=True, slots=True)
class _Giving:
    """Some rows of one undo."""

    connection: Connection
    how: Undoing
    task_id: str
    force: bool
    closed: ClosedPeriod | None

    async def carefully(self, rows: list[str]) -> list[Decided]:
        """All at once, or, where the database refuses one, by halves down to that one, which is left."""
        if not rows:
            return []
        try:
            async with self.connection.transaction():
                return await self._give_back(rows)
        except (psycopg.DataError, psycopg.IntegrityError):
            if len(rows) == 1:
                [one] = await self._look(rows)
                return [Decided(one.row, "leave", "refused")]
        middle = len(rows) // 2
        left = await self.carefully(rows[:middle])
        return left + await self.carefully(rows[middle:])

    async def _give_back(self, rows: list[str]) -> list[Decided]:
        await self.connection.execute(self.how.locking, {"rows": rows})
        done: dict[str, Decided] = {}
        for _ in range(_MOST_LOOKS):
            decided = [one for one in await self._look(rows) if one.row.standing.mine]
            done |= {one.row.row_id: one for one in decided}
            await self.how.give_back(self.connection, self.task_id, decided, force=self.force)
            rows = [one.row.row_id for one in decided if one.action in _AGAIN]
            if not rows:
                return list(done.values())
        raise NotGivenBack(self.how.table, rows[0])

    async def _look(self, rows: list[str]) -> list[Decided]:
        return await look(self.connection, self.how, self.task_id, rows, force=self.force, closed=self.closed)


async def _keep_conflicts(
    connection: Connection, how: Undoing, task_id: str, places: dict[str, int], done: Sequence[Decided]
) -> None:
    kept = [
        (
            task_id,
            places[one.row.row_id],
            how.table,
            one.row.row_id,
            one.row.row_no,
            one.row.shown,
            one.reason,
            one.row.other_task,
            one.action,
        )
        for one in done
        if one.reason
    ]
    if kept:
        async with connection.cursor() as cursor:
            await cursor.executemany(_CONFLICT, kept)


_CONFLICT = """
INSERT INTO undo_conflict (task_id, place, tab, row_id, row_no, shown, reason, other_task, action)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
