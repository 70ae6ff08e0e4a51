"""What earlier attempts of a task have recorded, imported and rejected, and the plan of the next one.

A plan is made once and kept: what a killed reader has begun, its successor does the same way, whatever was
corrected meanwhile.
"""

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import Fatal
from domain.plans import Correction, Outcome, Past, Place, Plan, Row
from domain.replaying import changed_since, plan, rejected_rows
from domain.shadows import shadow_refusal, staleness
from domain.states import Absent, Purged
from domain.task import load
from domain.work import Work, next_work
from events.records import VERDICTS, Counts
from infra.kafka import decompress
from infra.kept_plans import kept_row, packed, unpacked


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


async def shadowed(
    connection: AsyncConnection, shadow_id: str, source: Mapping[str, Any]
) -> tuple[Work, Plan]:
    """What a shadow is to do: the next attempt of the task ``source`` names, as it was when first asked for
    here, and its plan; the caller commits. Raises Fatal where that task has moved on since its submission."""
    key = {"task": shadow_id, "attempt": 1}
    if (kept := await _kept_shadow(connection, key)) is not None:
        return kept
    original, attempt = str(source["shadow_of"]), int(source["attempt"])
    found = await connection.scalar(text(_STATE), {"task": original})
    state = Absent() if found is None else load(found)
    stale = staleness(state, attempt, undone=bool(source["undone"])) or shadow_refusal(state, source["input"])
    if stale is not None or isinstance(state, Absent | Purged):
        raise Fatal("shadow_outdated", task_id=original)
    work = next_work(state.work, attempt + 1, "all", source["input"])
    pasts = await _pasts(connection, original, work.attempt)
    made = plan(work, pasts, await _corrections(connection, original))
    if made.behind and work.input == "recorded":
        raise Fatal("recorded_input_gone", batch=made.after_batch + 1)
    # Of its own it has no earlier verdicts.
    steps = tuple(step.model_copy(update={"before": None}) for step in made.steps)
    rejected = rejected_rows([past for past in pasts if past.origin == state.work.origin])
    more = {
        "origin": work.origin,
        "scope": work.scope,
        "plan": packed(made.model_copy(update={"steps": steps})),
        "work": work.model_dump_json(),
        "rejected": sorted(row_no for rows in rejected.values() for row_no in rows),
    }
    await connection.execute(text(_KEEP_SHADOW), key | more)
    kept = await _kept_shadow(connection, key)
    assert kept is not None
    return kept


async def _kept(connection: AsyncConnection, task_id: str, attempt: int) -> Plan | None:
    found = await connection.scalar(text(_PLAN), {"task": task_id, "attempt": attempt})
    return None if found is None else unpacked(bytes(found))


async def _kept_shadow(connection: AsyncConnection, key: dict[str, Any]) -> tuple[Work, Plan] | None:
    row = (await connection.execute(text(_SHADOW), key)).one_or_none()
    return None if row is None else (Work.model_validate(row.work), unpacked(bytes(row.plan)))


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
_STATE = "SELECT state FROM task_state WHERE task_id = :task"
_SHADOW = "SELECT plan, work FROM replay_plan WHERE task_id = :task AND attempt = :attempt"
_KEEP_SHADOW = """
INSERT INTO replay_plan (task_id, attempt, origin, scope, plan, work, rejected)
VALUES (:task, :attempt, :origin, :scope, :plan, CAST(:work AS jsonb), :rejected) ON CONFLICT DO NOTHING
"""
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
