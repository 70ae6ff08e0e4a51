"""What earlier attempts of a task have recorded, imported and rejected, and the plan of the next one.

A plan is made once and kept: what a killed reader has begun, its successor does the same way, whatever was
corrected meanwhile.
"""

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.plans import Correction, Mended, Outcome, Past, Place, Plan, Row
from domain.replaying import changed_since, plan
from domain.work import Work
from events.json_bytes import dumps
from events.records import VERDICTS, Counts
from infra.kafka import compress, decompress


async def planned(connection: AsyncConnection, task_id: str, work: Work) -> Plan:
    """The plan of ``work.attempt``, kept by whoever asks first; the caller commits."""
    kept = await _kept(connection, task_id, work.attempt)
    if kept is not None:
        return kept
    pasts = await _pasts(connection, task_id, work.attempt)
    made = plan(work, pasts, await _corrections(connection, task_id))
    key = {"task": task_id, "attempt": work.attempt, "origin": work.origin, "scope": work.scope}
    done = await connection.execute(text(_KEEP), key | {"plan": packed(made)})
    if done.rowcount == 1:
        return made
    kept = await _kept(connection, task_id, work.attempt)
    assert kept is not None
    return kept


async def proposed(connection: AsyncConnection, task_id: str, work: Work) -> Plan:
    """Which batches the plan of ``work.attempt`` would name, were it made now; of their rows it says nothing,
    which spares 1.5 KB for each rejected one."""
    return plan(work, await _pasts(connection, task_id, work.attempt, rows=False), {})


async def changes_since(
    connection: AsyncConnection, task_id: str, work: Work, made: Plan, told: int
) -> list[tuple[Row, Row]]:
    """Rows that were corrected since attempt ``told`` was read: as they were then, and as they are sent."""
    return changed_since(told, await _pasts(connection, task_id, work.attempt), made, work.origin)


def kept_row(row: Mapping[str, Any]) -> bytes:
    """A row as plans have it: JSON, its names in order, so that the same rows are the same. 10,000 of them
    take 7 MB instead of 30."""
    return dumps(row, orjson.OPT_SORT_KEYS)


def row_of(kept: bytes) -> dict[str, Any]:
    """The row again."""
    found: dict[str, Any] = orjson.loads(kept)
    return found


def packed(made: Plan) -> bytes:
    """A plan as it is kept, its rows as texts: 10,000 of them take 0.1 s, 1 s as models."""
    rows = {
        str(no): [one.row.decode(), one.instead_of and [row.decode() for row in one.instead_of]]
        for no, one in made.corrected.items()
    }
    return compress(orjson.dumps([made.model_dump(mode="json", exclude={"corrected"}), rows]))


def unpacked(kept: bytes) -> Plan:
    """What ``packed`` packed."""
    about, rows = orjson.loads(decompress(kept))
    corrected = {
        int(no): Mended.model_construct(
            row=_unpacked(row), instead_of=None if instead is None else tuple(map(_unpacked, instead))
        )
        for no, (row, instead) in rows.items()
    }
    return Plan.model_validate(about).model_copy(update={"corrected": corrected})


def _unpacked(row: str | dict[str, Any]) -> bytes:
    """Plans that were kept before this way have rows as objects."""
    return row.encode() if isinstance(row, str) else kept_row(row)


async def _kept(connection: AsyncConnection, task_id: str, attempt: int) -> Plan | None:
    found = await connection.scalar(text(_PLAN), {"task": task_id, "attempt": attempt})
    return None if found is None else unpacked(bytes(found))


async def _pasts(connection: AsyncConnection, task_id: str, before: int, *, rows: bool = True) -> list[Past]:
    """Attempts that recorded or imported anything; the first one has no plan. Without ``rows`` a batch with
    rejected ones has a row 0 in their place."""
    key = {"task": task_id, "before": before}
    plans = {row.attempt: row for row in await connection.execute(text(_PLANS), key | {"rows": rows})}
    places: dict[int, list[Place]] = {}
    for row in await connection.execute(text(_PLACES), key):
        places.setdefault(row.attempt, []).append(_place(row))
    outcomes: dict[int, list[Outcome]] = {}
    for row in await connection.execute(text(_OUTCOMES), key | {"rows": rows}):
        outcomes.setdefault(row.attempt, []).append(_outcome(row))
    return [
        _past(number, plans.get(number), places.get(number, []), outcomes.get(number, []))
        for number in sorted({1, *plans, *places, *outcomes} - {before})
    ]


def _past(number: int, kept: Any, places: list[Place], outcomes: list[Outcome]) -> Past:
    if kept is None:
        return Past(number, places=places, outcomes=outcomes)
    corrected = unpacked(bytes(kept.plan)).corrected if kept.plan is not None else {}
    return Past(number, kept.origin, kept.scope, places, outcomes, corrected)


def _place(row: Any) -> Place:
    return Place(
        batch_no=row.batch_no,
        topic=row.topic,
        partition=row.partition,
        offset=row.offset,
        first_row=row.first_row,
        rows=row.rows,
        content_hash=bytes(row.content_hash).hex(),
    )


def _outcome(row: Any) -> Outcome:
    event = orjson.loads(row.event)
    before = event.get("before")
    rejected: Mapping[int, Row] = {0: b""} if row.rejected else {}
    if row.rejects is not None:
        ones = orjson.loads(decompress(bytes(row.rejects)))
        rejected = {one["row_no"]: kept_row(one["raw"]) for one in ones}
    return Outcome(
        row.batch_no,
        Counts(**dict(zip(VERDICTS, row.counts, strict=True))),
        Counts(**before) if before else None,
        rejected,
    )


async def _corrections(connection: AsyncConnection, task_id: str) -> dict[int, Correction]:
    found = await connection.execute(text(_CORRECTIONS), {"task": task_id})
    return {row.row_no: Correction(row.attempt, kept_row(orjson.loads(row.raw))) for row in found}


_PLAN = "SELECT plan FROM replay_plan WHERE task_id = :task AND attempt = :attempt"
_PLANS = """
SELECT attempt, origin, scope, CASE WHEN :rows THEN plan END AS plan FROM replay_plan
WHERE task_id = :task AND attempt < :before
"""
_KEEP = """
INSERT INTO replay_plan (task_id, attempt, origin, scope, plan)
VALUES (:task, :attempt, :origin, :scope, :plan) ON CONFLICT DO NOTHING
"""
_PLACES = """
SELECT attempt, batch_no, topic, partition, "offset", first_row, rows, content_hash FROM recorded_batch
WHERE task_id = :task AND attempt < :before ORDER BY attempt, batch_no
"""
_OUTCOMES = """
SELECT attempt, batch_no, counts, event, rejects IS NOT NULL AS rejected,
       CASE WHEN :rows THEN rejects END AS rejects
FROM applied_batch
WHERE task_id = :task AND attempt < :before ORDER BY attempt, batch_no
"""
_CORRECTIONS = """
SELECT DISTINCT ON (row_no) row_no, attempt, raw::text AS raw FROM correction WHERE task_id = :task
ORDER BY row_no, number DESC
"""
