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

from domain.closing import ClosedPeriod
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
    """So many rows of which the same will become, the first and last day that they are of, and whether those
    are in the closed period."""

    action: Action
    reason: Reason | None
    rows: int
    first: date | None
    last: date | None
    closed: bool = False


class Undoing(Protocol):
    """``listing`` gives row_id, as text, of every row that a task (``%(task)s``) has written. ``locking``
    keeps ``%(rows)s`` as they are until the transaction ends. ``standings`` gives, for the rows (row_id) that
    stand for ``{rows}``, the columns of ``Looked``, those of ``Standing`` but ``closed``, day_from and
    day_to: where ``booked``, the first and the last booking date."""

    @property
    def table(self) -> str: ...

    @property
    def booked(self) -> bool: ...

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
    connection: Connection,
    how: Undoing,
    task_id: str,
    row_ids: Sequence[str],
    *,
    force: bool,
    closed: ClosedPeriod | None = None,
) -> list[Decided]:
    """How these rows stand now, and what that means."""
    closed = _concerning(how, closed)
    rows = "(SELECT unnest(%(rows)s::text[]) AS row_id)"
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(how.standings.format(rows=rows), {"task": task_id, "rows": list(row_ids)})
        return [_decided(row, closed, force=force) for row in await cursor.fetchall()]


async def foresee(
    connection: Connection, how: Undoing, task_id: str, *, force: bool, closed: ClosedPeriod | None = None
) -> list[Foreseen]:
    """What an undo would do now, counted; nothing is changed."""
    closed = _concerning(how, closed)
    names = ", ".join(_STANDING)
    counted = (
        f"SELECT {names}, coalesce({_IN_CLOSED}, false) AS closed, count(*) AS rows, min(day_from) AS first,"
        f" max(day_to) AS last FROM ({_listed(how)}) s WHERE mine GROUP BY {names}, closed"
    )
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(counted, {"task": task_id, "until": closed and closed.until})
        found = await cursor.fetchall()
    override = closed is not None and closed.override
    foreseen = []
    for row in found:
        said = verdict(_standing(row, closed=row["closed"]), force=force, override=override)
        days = (row["first"], row["last"])
        foreseen.append(Foreseen(said.action, said.reason, row["rows"], *days, row["closed"]))
    return foreseen


async def foresee_conflicts(
    connection: Connection,
    how: Undoing,
    task_id: str,
    *,
    force: bool,
    after: str,
    limit: int,
    closed: ClosedPeriod | None = None,
) -> list[Decided]:
    """Rows that an undo could not simply give back, in the order of their ids, those after ``after``."""
    closed = _concerning(how, closed)
    wanted = (
        f"SELECT * FROM ({_listed(how)}) s"
        f" WHERE mine AND ({CONFLICTING} OR {_IN_CLOSED})"
        ' AND row_id COLLATE "C" > %(after)s ORDER BY row_id COLLATE "C" LIMIT %(limit)s'
    )
    until = None if closed is None or closed.override else closed.until
    asked = {"task": task_id, "after": after, "limit": limit, "until": until}
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(wanted, asked)
        return [_decided(row, closed, force=force) for row in await cursor.fetchall()]


def _concerning(how: Undoing, closed: ClosedPeriod | None) -> ClosedPeriod | None:
    """Days that are no booking dates are in no period."""
    return closed if how.booked else None


def _listed(how: Undoing) -> str:
    return how.standings.format(rows=f"({how.listing})")


# Of which ``verdict`` gives a reason, beside those in the closed period: a row that only gets back what it
# was stays for those that stand on it.
CONFLICTING = "(made AND (unknown OR used)) OR covered OR carried OR by_person"
_IN_CLOSED = "day_from <= %(until)s::date"
_STANDING = ("mine", "made", "covered", "carried", "named", "by_person", "used", "unknown")
_LOOKED = {*_STANDING, "row_id", "row_no", "shown", "other_task", "day_from", "day_to"}


def _standing(row: Mapping[str, Any], *, closed: bool) -> Standing:
    return Standing(**{name: bool(row[name]) for name in _STANDING}, closed=closed)


def _decided(row: Mapping[str, Any], closed: ClosedPeriod | None, *, force: bool) -> Decided:
    standing = _standing(row, closed=closed is not None and closed.holds(row["day_from"]))
    said = verdict(standing, force=force, override=closed is not None and closed.override)
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
