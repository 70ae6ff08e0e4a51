"""How a kind gives back what a task wrote: the seam between it and who undoes.

The kind says in SQL which rows there are and how they stand; ``domain.undo`` decides; the kind writes. Rows
are looked at again when their turn comes, so that what was listed is only where to look.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol, runtime_checkable

import psycopg
from psycopg.rows import dict_row

from domain.undo import Action, Reason, Standing, verdict

Connection = psycopg.AsyncConnection[Any]
MOST_CONFLICTS = 500


@dataclass(frozen=True, slots=True)
class Looked:
    """A row, how it stands, and what of it is needed to give it back. ``links`` are the kind's own."""

    row_id: str
    row_no: int | None
    shown: str
    standing: Standing
    other_task: str | None
    links: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Decided:
    """A row, what is done with it, and the reason where it is a conflict."""

    row: Looked
    action: Action
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class Foreseen:
    """So many rows of which the same will become, and the first and last day that they are of."""

    action: Action
    reason: Reason | None
    rows: int
    first: date | None
    last: date | None


class Undoing(Protocol):
    """``listing`` gives row_id, as text, of every row that a task (``%(task)s``) has written. ``locking``
    keeps ``%(rows)s`` as they are until the transaction ends. ``standings`` gives, for the rows (row_id) that
    stand for ``{rows}``, the columns of ``Looked``, those of ``Standing``, day_from and day_to."""

    @property
    def table(self) -> str: ...

    @property
    def listing(self) -> str: ...

    @property
    def locking(self) -> str: ...

    @property
    def standings(self) -> str: ...

    async def withdraw(self, connection: Connection, task_id: str) -> None:
        """Forget that the task brought rows of others as well: nothing may become its own any more."""
        ...

    async def give_back(
        self, connection: Connection, task_id: str, decided: Sequence[Decided], *, force: bool
    ) -> None:
        """Do it, within the transaction that is open; rows are locked already."""
        ...


@runtime_checkable
class Undoable(Protocol):
    """A kind whose tasks can be undone."""

    @property
    def undoing(self) -> Undoing: ...


def undoing_of(kind: object) -> Undoing | None:
    """How tasks of this kind are undone, None where they cannot be."""
    return kind.undoing if isinstance(kind, Undoable) else None


async def look(
    connection: Connection, how: Undoing, task_id: str, row_ids: Sequence[str], *, force: bool
) -> list[Decided]:
    """How these rows stand now, and what that means."""
    rows = "(SELECT unnest(%(rows)s::text[]) AS row_id)"
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(how.standings.format(rows=rows), {"task": task_id, "rows": list(row_ids)})
        return [_decided(row, force=force) for row in await cursor.fetchall()]


async def foresee(connection: Connection, how: Undoing, task_id: str, *, force: bool) -> list[Foreseen]:
    """What an undo would do now, counted; nothing is changed."""
    names = ", ".join(_STANDING)
    counted = (
        f"SELECT {names}, count(*) AS rows, min(day_from) AS first, max(day_to) AS last"
        f" FROM ({_listed(how)}) s WHERE mine GROUP BY {names}"
    )
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(counted, {"task": task_id})
        found = await cursor.fetchall()
    foreseen = []
    for row in found:
        said = verdict(_standing(row), force=force)
        foreseen.append(Foreseen(said.action, said.reason, row["rows"], row["first"], row["last"]))
    return foreseen


async def foresee_conflicts(
    connection: Connection, how: Undoing, task_id: str, *, force: bool, after: str, limit: int
) -> list[Decided]:
    """Rows that an undo could not simply give back, in the order of their ids, those after ``after``."""
    wanted = (
        f"SELECT * FROM ({_listed(how)}) s"
        " WHERE mine AND (unknown OR used OR covered OR carried OR by_person)"
        ' AND row_id COLLATE "C" > %(after)s ORDER BY row_id COLLATE "C" LIMIT %(limit)s'
    )
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(wanted, {"task": task_id, "after": after, "limit": limit})
        found = [_decided(row, force=force) for row in await cursor.fetchall()]
    return found


def _listed(how: Undoing) -> str:
    return how.standings.format(rows=f"({how.listing})")


_STANDING = ("mine", "made", "covered", "carried", "named", "by_person", "used", "unknown")
_LOOKED = {*_STANDING, "row_id", "row_no", "shown", "other_task", "day_from", "day_to"}


def _standing(row: Mapping[str, Any]) -> Standing:
    return Standing(**{name: bool(row[name]) for name in _STANDING})


def _decided(row: Mapping[str, Any], *, force: bool) -> Decided:
    standing = _standing(row)
    said = verdict(standing, force=force)
    other = row["other_task"]
    looked = Looked(
        row["row_id"],
        row["row_no"],
        row["shown"] or "",
        standing,
        None if other is None else str(other),
        {name: value for name, value in row.items() if name not in _LOOKED},
    )
    return Decided(looked, said.action, said.reason)
