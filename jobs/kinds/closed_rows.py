"""Bank transactions of a batch that would touch the closed period: judged before any is written.

A row that would be created, changed or taken back on a closed day is rejected, unless an administrator has
said why not; one that is there already touches nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import psycopg

from domain.closing import ClosedPeriod
from domain.errors import PeriodClosed
from jobs.base import Batch, RejectedRow, Row
from jobs.formats.client_bank.movement import CREDITED, DATE, DEBITED
from jobs.kinds.transaction_copy import Incoming
from jobs.kinds.transaction_verdicts import follows

# A statement's, in the order in which they tell the booking date.
_DATES = (DEBITED, CREDITED, DATE)
_DATE_OF_1C = "Date"
Keys = Mapping[bytes, tuple[str | None, bool, date]]

_FIELDS = "SELECT key, data_version, retracted, booked_on FROM bank_transaction WHERE key = ANY(%s)"
# As the upsert that follows locks them: what is judged is what will be written over.
_LOCKED = f"{_FIELDS} ORDER BY key FOR UPDATE"


@dataclass(slots=True)
class Judged:
    """``rows`` and ``gone`` may be written; of those, ``touched`` are in the closed period."""

    rows: Sequence[Incoming]
    gone: dict[int, Row]
    rejects: list[RejectedRow] = field(default_factory=list)
    touched: int = 0


async def judged(
    connection: psycopg.AsyncConnection[Any], batch: Batch, rows: Sequence[Incoming], gone: dict[int, Row]
) -> Judged:
    """``rows`` in key order, and those of documents that 1C has deleted, without what is refused."""
    closed = batch.closed
    if closed is None:
        return Judged(rows, gone)
    if batch.context.get("source") == "onec":
        keys = [UUID(bytes=row.transaction.key) for row in rows]
        keys += [UUID(str(raw["Ref_Key"])) for raw in gone.values()]
        stored = await _stored(connection, _LOCKED, keys)
        days = _days_of_1c(closed, rows, stored) | _days_of_gone(closed, gone, stored)
    else:
        # A statement's row is known by all that is in it, its day too: only a new one touches anything.
        dated = [row for row in rows if closed.holds(row.transaction.booked_on)]
        known = await _stored(connection, _FIELDS, [UUID(bytes=row.transaction.key) for row in dated])
        days = {row.row_no: row.transaction.booked_on for row in dated if row.transaction.key not in known}
    return _sorted(closed, batch, rows, gone, days)


def _sorted(
    closed: ClosedPeriod,
    batch: Batch,
    rows: Sequence[Incoming],
    gone: dict[int, Row],
    days: Mapping[int, date],
) -> Judged:
    if closed.override or not days:
        return Judged(rows, gone, touched=len(days))
    return Judged(
        [row for row in rows if row.row_no not in days],
        {row_no: raw for row_no, raw in gone.items() if row_no not in days},
        [
            RejectedRow(row_no, raw, PeriodClosed(days[row_no], closed.until, *_told(raw, days[row_no])))
            for row_no, raw in batch.numbered()
            if row_no in days
        ],
    )


def _told(raw: Row, day: date) -> tuple[str, str | None]:
    """What the source calls the day that it is booked on, and its text; 1C's may be stored as another day."""
    if _DATE_OF_1C in raw:
        text = str(raw[_DATE_OF_1C])
        return _DATE_OF_1C, text if text.startswith(day.isoformat()) else None
    said = {name: str(raw.get(name) or "").strip() for name in _DATES}
    of_day = (name for name, text in said.items() if text.startswith(f"{day:%d.%m.%Y}"))
    name = next(of_day, next((name for name, text in said.items() if text), _DATES[-1]))
    return name, said[name] or None


def _days_of_1c(closed: ClosedPeriod, rows: Sequence[Incoming], stored: Keys) -> dict[int, date]:
    """By row number: the first day that it would touch, as it is told or as it is stored."""
    found = {}
    for row in rows:
        told, known = row.transaction, stored.get(row.transaction.key)
        version, retracted, booked_on = known or (None, False, None)
        verdict = follows(told, None if known is None else (version, retracted))
        if closed.touched_by(verdict, told.booked_on, booked_on):
            found[row.row_no] = min(told.booked_on, booked_on or told.booked_on)
    return found


def _days_of_gone(closed: ClosedPeriod, gone: Mapping[int, Row], stored: Keys) -> dict[int, date]:
    found = {}
    for row_no, raw in gone.items():
        known = stored.get(UUID(str(raw["Ref_Key"])).bytes)
        if known is not None and not known[1] and closed.touched_by("retracted", known[2]):
            found[row_no] = known[2]
    return found


async def _stored(
    connection: psycopg.AsyncConnection[Any], statement: str, keys: Sequence[UUID]
) -> dict[bytes, tuple[str | None, bool, date]]:
    if not keys:
        return {}
    found = await connection.execute(statement, [keys])
    return {key.bytes: (version, retracted, day) for key, version, retracted, day in await found.fetchall()}
