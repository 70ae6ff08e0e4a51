"""How rows that are written over by their key are given back: by their layers (``jobs.kinds.layers``)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from jobs.kinds import undo_sql as sql
from jobs.kinds.layers import LAST, MADE_AND_CHANGED
from jobs.undoing import Connection, Decided


@dataclass(frozen=True)
class Layered:
    """Rows of ``table``, whose ``id`` is of type ``id_type``. ``fields`` are what a before-image gives back.

    ``maker_stays``: task_id says who made a row and changed_by who changed it last; otherwise task_id is
    whoever wrote it last. SQL over ``t``, the row, and ``o.before``, what it was before the task: ``shown``,
    by which a person knows it, ``days`` (first, last; of bookings where ``booked``),
    ``by_person``, ``used``. ``repeats`` gives (task_id, row_no) of others that brought the row, beside the
    marks; ``withdrawn`` forgets that the task brought rows of others, ``taken_over`` that ``%(carriers)s``
    brought what is theirs by now. ``after_remove`` and ``after_restore`` take what belongs to ``%(rows)s``.
    """

    table: str
    id_type: str
    fields: tuple[str, ...]
    shown: str
    maker_stays: bool = False
    days: tuple[str, str] = ("NULL::date", "NULL::date")
    booked: bool = False
    by_person: str = "false"
    used: str = "false"
    repeats: str | None = None
    withdrawn: str | None = None
    taken_over: str | None = None
    after_remove: str | None = None
    after_restore: str | None = None

    @property
    def writer(self) -> str:
        return MADE_AND_CHANGED if self.maker_stays else LAST

    @cached_property
    def listing(self) -> str:
        return sql.listing(self.table, self.id_type, maker_stays=self.maker_stays)

    @property
    def locking(self) -> str:
        return f"SELECT FROM {self.table} WHERE id = ANY(%(rows)s::{self.id_type}[]) ORDER BY id FOR UPDATE"

    @cached_property
    def standings(self) -> str:
        return sql.standings(
            self.table,
            self.id_type,
            self.writer.format(row="t"),
            shown=self.shown,
            days=self.days,
            by_person=self.by_person,
            used=self.used,
            repeats=self.repeats,
        )

    async def withdraw(self, connection: Connection, task_id: str) -> None:
        statements = [*sql.WITHDRAW, *([self.withdrawn] if self.withdrawn else [])]
        for statement in statements:
            await connection.execute(statement, {"task": task_id})

    async def give_back(
        self, connection: Connection, task_id: str, decided: Sequence[Decided], *, force: bool
    ) -> None:
        by_action: dict[str, list[Decided]] = {}
        for one in decided:
            by_action.setdefault(one.action, []).append(one)
        giving = _Giving(self, connection, task_id)
        await giving.remove(by_action.get("remove", []), force=force)
        await giving.restore(by_action.get("restore", []), force=force)
        await giving.hand_over(by_action.get("hand_over", []))
        await giving.splice(by_action.get("splice", []))


@dataclass(frozen=True, slots=True)
class _Giving:
    """One batch of one undo."""

    how: Layered
    connection: Connection
    task_id: str

    async def remove(self, rows: Sequence[Decided], *, force: bool) -> None:
        if not rows:
            return
        how = self.how
        await self._forget(rows, force=force)
        if how.after_remove:
            await self._run(how.after_remove, rows)
        await self._run(f"DELETE FROM {how.table} WHERE id = ANY(%(rows)s::{how.id_type}[])", rows)

    async def restore(self, rows: Sequence[Decided], *, force: bool) -> None:
        if not rows:
            return
        how = self.how
        await self._forget(rows, force=force)
        await self._run(sql.restore(how.table, how.id_type, how.fields), rows)
        await self._run(sql.DROP_OWN, rows)
        if how.after_restore:
            await self._run(how.after_restore, rows)

    async def hand_over(self, rows: Sequence[Decided]) -> None:
        """The row stays as it is and becomes the other's."""
        if not rows:
            return
        how = self.how
        for statement in sql.hand_over(how.table, how.id_type, maker_stays=how.maker_stays):
            await self._run(statement, rows)
        await self._passed_on(rows)

    async def splice(self, rows: Sequence[Decided]) -> None:
        """What the task had below others becomes that of who brought the same, or is taken out."""
        how = self.how
        kept = [row for row in rows if row.row.standing.carried]
        gone = [row for row in rows if not row.row.standing.carried]
        if kept:
            for statement in sql.hand_over_below(how.table, how.id_type, maker_stays=how.maker_stays):
                await self._run(statement, kept)
            await self._passed_on(kept)
        if gone:
            for statement in sql.splice(how.table, how.id_type, maker_stays=how.maker_stays):
                await self._run(statement, gone)

    async def _passed_on(self, rows: Sequence[Decided]) -> None:
        for statement in sql.PASS_ON:
            await self._run(statement, rows)
        if self.how.taken_over:
            await self._run(self.how.taken_over, rows)

    async def _forget(self, rows: Sequence[Decided], *, force: bool) -> None:
        """Who brought the same, and, of what is forced, what others had written above."""
        if force:
            for statement in sql.FORGET_ABOVE:
                await self._run(statement, rows)
        await self._run(sql.FORGET_CARRIERS, rows)

    async def _run(self, statement: str, rows: Sequence[Decided]) -> None:
        links = [row.row.links for row in rows]
        parameters: dict[str, Any] = {
            "task": self.task_id,
            "tab": self.how.table,
            "rows": [row.row.row_id for row in rows],
            "own": [one["own_layer"] for one in links],
            "above": [one["above_layer"] for one in links],
            "above_tasks": [one["above_task"] for one in links],
            "above_rows": [one["above_row"] for one in links],
            "carriers": [one["carrier"] for one in links],
            "carrier_rows": [one["carrier_row"] for one in links],
        }
        await self.connection.execute(statement, parameters)
