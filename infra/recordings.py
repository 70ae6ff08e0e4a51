"""What earlier attempts of a task have recorded, imported and rejected, and the plan of the next one.

A plan is made once and kept: what a killed reader has begun, its successor does the same way, whatever was
corrected meanwhile.
"""

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.plans import Correction, Outcome, Past, Place, Plan, Row
from domain.replaying import plan
from domain.states import Work
from events.records import VERDICTS, Counts
from infra.kafka import compress, decompress


async def planned(connection: AsyncConnection, task_id: str, work: Work) -> Plan:
    """The plan of ``work.attempt``, kept by whoever asks first; the caller commits."""
    kept = await _kept(connection, task_id, work.attempt)
    if kept is None:
        made = (await proposed(connection, task_id, work)).model_dump_json().encode()
        await connection.execute(
            text(_KEEP),
            {
                "task": task_id,
                "attempt": work.attempt,
                "origin": work.origin,
                "scope": work.scope,
                "plan": compress(made),
            },
        )
        kept = await _kept(connection, task_id, work.attempt)
    assert kept is not None
    return kept


async def proposed(connection: AsyncConnection, task_id: str, work: Work) -> Plan:
    """What the plan of ``work.attempt`` would be, were it made now."""
    return plan(
        work, await _pasts(connection, task_id, work.attempt), await _corrections(connection, task_id)
    )


async def _kept(connection: AsyncConnection, task_id: str, attempt: int) -> Plan | None:
    found = await connection.scalar(text(_PLAN), {"task": task_id, "attempt": attempt})
    return None if found is None else Plan.model_validate_json(decompress(bytes(found)))


async def _pasts(connection: AsyncConnection, task_id: str, before: int) -> list[Past]:
    """Attempts that recorded or imported anything; the first one has no plan."""
    key = {"task": task_id, "before": before}
    plans = {row.attempt: row for row in await connection.execute(text(_PLANS), key)}
    places: dict[int, list[Place]] = {}
    for row in await connection.execute(text(_PLACES), key):
        places.setdefault(row.attempt, []).append(_place(row))
    outcomes: dict[int, list[Outcome]] = {}
    for row in await connection.execute(text(_OUTCOMES), key):
        outcomes.setdefault(row.attempt, []).append(_outcome(row))
    return [
        _past(number, plans.get(number), places.get(number, []), outcomes.get(number, []))
        for number in sorted({1, *plans, *places, *outcomes} - {before})
    ]


def _past(number: int, kept: Any, places: list[Place], outcomes: list[Outcome]) -> Past:
    if kept is None:
        return Past(number, places=places, outcomes=outcomes)
    corrected = Plan.model_validate_json(decompress(bytes(kept.plan))).corrected
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
    rejected: Mapping[int, Row] = {}
    if row.rejects is not None:
        rejected = {one["row_no"]: one["raw"] for one in orjson.loads(decompress(bytes(row.rejects)))}
    return Outcome(
        row.batch_no,
        Counts(**dict(zip(VERDICTS, row.counts, strict=True))),
        Counts(**before) if before else None,
        rejected,
    )


async def _corrections(connection: AsyncConnection, task_id: str) -> dict[int, Correction]:
    found = await connection.execute(text(_CORRECTIONS), {"task": task_id})
    return {row.row_no: Correction(row.attempt, row.raw) for row in found}


_PLAN = "SELECT plan FROM replay_plan WHERE task_id = :task AND attempt = :attempt"
_PLANS = "SELECT attempt, origin, scope, plan FROM replay_plan WHERE task_id = :task AND attempt < :before"
_KEEP = """
INSERT INTO replay_plan (task_id, attempt, origin, scope, plan)
VALUES (:task, :attempt, :origin, :scope, :plan) ON CONFLICT DO NOTHING
"""
_PLACES = """
SELECT attempt, batch_no, topic, partition, "offset", first_row, rows, content_hash FROM recorded_batch
WHERE task_id = :task AND attempt < :before ORDER BY attempt, batch_no
"""
_OUTCOMES = """
SELECT attempt, batch_no, counts, event, rejects FROM applied_batch
WHERE task_id = :task AND attempt < :before ORDER BY attempt, batch_no
"""
_CORRECTIONS = """
SELECT DISTINCT ON (row_no) row_no, attempt, raw FROM correction WHERE task_id = :task
ORDER BY row_no, number DESC
"""
