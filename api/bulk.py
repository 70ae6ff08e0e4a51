"""``/bulk``: one request to many tasks, as a task of its own."""

import hashlib
from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Query
from sqlalchemy import text

from api.bulk_models import (
    BulkAction,
    BulkPreview,
    BulkPreviewRequest,
    BulkRequest,
    BulkTarget,
    BulkTargets,
    BulkTargetSample,
)
from api.context import Context, ContextDep, LanguageDep, Reading
from api.kinds import kind_meant
from api.models import AsyncSyncResponse
from api.problems import Problem
from api.responses import reads, starts
from api.security import Manager, Reader
from api.starting import Start
from api.tasks import found
from domain import states
from domain.bulk import Wanted, asked
from infra.wording import Language, word
from jobs.kinds.registry import kinds
from jobs.sources import selection
from projections.queries import bulk
from projections.queries.task_filter import TaskFilter

router = APIRouter(tags=["bulk"])

SAMPLE = 20
_STATES = "SELECT task_id::text, state FROM task_state WHERE task_id = ANY(CAST(:ids AS uuid[]))"


@router.post("/bulk/preview", responses=starts())
async def preview_bulk(
    wanted: BulkPreviewRequest, _: Manager, context: ContextDep, language: LanguageDep
) -> BulkPreview:
    """Which tasks there are, frozen under a name, and what would be asked of each; nothing is asked yet."""
    async with context.reading.connect() as connection:
        await connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        place = await bulk.position(connection)
        ids = await bulk.chosen(connection, _filter(wanted), selection.MOST_SELECTED)
    if not ids or len(ids) > selection.MOST_SELECTED:
        code = "bulk_too_many" if ids else "bulk_nothing"
        raise Problem(422, code, field="filter", most=selection.MOST_SELECTED)
    chosen = {"tasks": ids, "position": place}
    name = hashlib.sha256(orjson.dumps(chosen)).hexdigest()
    await selection.kept(context.objects, name, chosen)
    answers = await _answers(context, ids, wanted)
    reasons = Counter(answer for answer in answers.values() if isinstance(answer, str))
    asking = len(ids) - reasons.total()
    return BulkPreview(
        selection=name,
        position=place,
        tasks=len(ids),
        asked=asking,
        skipped=dict(reasons),
        sample=[_sample(task_id, answers[task_id], language) for task_id in ids[:SAMPLE]],
        message=word("bulk.preview", {"asked": asking, "skipped": reasons.total()}, language),
    )


@router.post("/bulk", status_code=202, responses=starts(404))
async def start_bulk(wanted: BulkRequest, start: Start) -> AsyncSyncResponse:
    """Ask it of every task of a previewed selection, at ``rate`` a second; cancelled like any task, and
    ``GET /tasks/{id}/targets`` says what became of each."""
    if await selection.found(start.context.objects, wanted.selection) is None:
        raise Problem(404, "selection_missing", field="selection")
    params = wanted.model_dump(exclude={"selection", "dry_run", "closed_period_reason"}, exclude_none=True)
    source = {"type": "selection", "selection": wanted.selection}
    return await start.submit(
        "bulk",
        source,
        params | {"batch_size": wanted.rate},
        priority="high",
        dry_run=wanted.dry_run,
        closed_period_reason=wanted.closed_period_reason,
    )


@router.get("/tasks/{task_id:uuid}/targets", responses=reads(404))
async def bulk_targets(
    task_id: UUID,
    _: Reader,
    connection: Reading,
    language: LanguageDep,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> BulkTargets:
    """What a bulk operation has asked of each task so far, and what was answered."""
    await found(connection, task_id)
    page = await bulk.targets(connection, task_id, cursor, limit)
    return BulkTargets(items=[_target(row, language) for row in page.items], next_cursor=page.next_cursor)


def _filter(wanted: BulkPreviewRequest) -> TaskFilter:
    given = wanted.filter.model_dump(exclude_defaults=True)
    if not given:
        raise Problem(422, "bulk_without_filter", field="filter")
    given["kind"] = tuple(kind_meant(name, kinds(), 422) for name in wanted.filter.kind)
    return TaskFilter(**given)


async def _answers(context: Context, ids: list[str], action: BulkAction) -> dict[str, object]:
    """What the operation would say now, by the same decision."""
    wanted = Wanted(action.action, action.scope, action.input, action.force)
    async with context.engine.connect() as connection:
        known = {row.task_id: row.state for row in await connection.execute(text(_STATES), {"ids": ids})}
    return {
        task_id: asked(states.load(known[task_id]) if task_id in known else states.Absent(), wanted)
        for task_id in ids
    }


def _sample(task_id: str, answer: object, language: Language) -> BulkTargetSample:
    skipped = isinstance(answer, str)
    return BulkTargetSample(
        task_id=UUID(task_id),
        would="skipped" if skipped else "asked",
        reason=word(str(answer), {}, language) if skipped else None,
    )


def _target(row: Mapping[str, Any], language: Language) -> BulkTarget:
    refused = row["answer"] == "task.request_refused.v1"
    if row["skipped"] is not None:
        result, reason = "skipped", row["skipped"]
    elif row["answer"] is not None:
        result, reason = ("refused", row["refused"]) if refused else ("accepted", None)
    else:
        result, reason = ("asked" if row["published_at"] else "waiting"), None
    return BulkTarget(
        row_no=row["row_no"],
        task_id=row["task_id"],
        kind=row["kind"],
        status=row["status"],
        outcome=row["outcome"],
        result=result,
        reason=word(reason, {}, language) if reason else None,
        asked_at=row["published_at"],
    )
