"""What a task wrote is given back: listed once, then looked at and given back some rows a transaction."""

from collections.abc import Sequence

import psycopg

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
    connection: Connection, how: Undoing, task_id: str, after: int, until: int, *, force: bool
) -> list[Decided]:
    """Rows ``after`` + 1 … ``until`` of the list; what became of each, conflicts kept."""
    found = await connection.execute(
        "SELECT row_id, place FROM undo_row WHERE task_id = %s AND place > %s AND place <= %s ORDER BY place",
        [task_id, after, until],
    )
    places: dict[str, int] = dict(await found.fetchall())
    done = await _carefully(connection, how, task_id, list(places), force=force)
    await _keep_conflicts(connection, how, task_id, places, done)
    return done


async def _carefully(
    connection: Connection, how: Undoing, task_id: str, rows: list[str], *, force: bool
) -> list[Decided]:
    """All at once, or, where the database refuses one, by halves down to that one, which is left."""
    if not rows:
        return []
    try:
        async with connection.transaction():
            return await _give_back(connection, how, task_id, rows, force=force)
    except (psycopg.DataError, psycopg.IntegrityError):
        if len(rows) == 1:
            [one] = await look(connection, how, task_id, rows, force=force)
            return [Decided(one.row, "leave", "refused")]
    middle = len(rows) // 2
    left = await _carefully(connection, how, task_id, rows[:middle], force=force)
    return left + await _carefully(connection, how, task_id, rows[middle:], force=force)


async def _give_back(
    connection: Connection, how: Undoing, task_id: str, rows: list[str], *, force: bool
) -> list[Decided]:
    await connection.execute(how.locking, {"rows": rows})
    done: dict[str, Decided] = {}
    for _ in range(_MOST_LOOKS):
        decided = [
            one for one in await look(connection, how, task_id, rows, force=force) if one.row.standing.mine
        ]
        done |= {one.row.row_id: one for one in decided}
        await how.give_back(connection, task_id, decided, force=force)
        rows = [one.row.row_id for one in decided if one.action in _AGAIN]
        if not rows:
            return list(done.values())
    raise NotGivenBack(how.table, rows[0])


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
