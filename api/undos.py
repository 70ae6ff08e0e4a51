"""``/tasks/{id}/undo``: take back what a task has written, and see before what that would be."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Query
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from api import undo_models as models
from api.answering import answered
from api.asking import Ask, Asked
from api.context import Context, LanguageDep, Reading
from api.price_models import Paged
from api.problems import Problem
from api.responses import reads, starts
from api.security import Reader
from api.tasks import found
from api.undo_shown import conflict, preview
from domain.closing import ClosedPeriod
from events.tasks import TaskUndoRequested
from infra.closed_period import period_of
from infra.postgres import driver
from infra.wording import word
from jobs.kinds.registry import kinds
from jobs.undoing import Undoing, foresee, foresee_conflicts, undoing_of
from projections.queries import closed_period, paging, undos
from projections.queries.lists import words

router = APIRouter(tags=["tasks"])


class PreviewQuery(Paged):
    """Query of the preview."""

    force: bool = False
    override_closed_period: bool = Field(
        default=False, description="As if an administrator had given a reason."
    )


@router.post("/tasks/{task_id:uuid}/undo", status_code=202, responses=starts(404, 409))
async def undo_task(
    task_id: UUID, ask: Ask, wanted: Annotated[models.UndoRequest | None, Body()] = None
) -> models.UndoResponse:
    """Take back what a task has written: rows it made go, rows it changed get their earlier values back. What
    others have changed since, or brought as well, stays, unless forced. Answers when it is accepted, or after
    2 s without an answer; 409 says why it cannot be, also where somebody else was faster. To undo an undo,
    replay the task with scope ``all``."""
    await ask.task(task_id)
    wanted = wanted or models.UndoRequest()
    asked = await ask.named("undo", task_id, wanted.closed_period_reason)
    event = TaskUndoRequested(force=wanted.force, closed_period_override=asked.override)
    answer = await _repeated(ask.context, asked, event) if asked.keyed else None
    if answer is None:
        await ask.send(asked, event)
        answer = await answered(ask.context, lambda reading: undos.to_undo(reading, task_id, asked.event_id))
    if answer.refused is not None:
        raise _refused(answer.refused, answer.state, word(answer.refused, {}, ask.language))
    code = "task.undo_accepted" if answer.accepted else "task.undo_asked"
    return models.UndoResponse(
        task_id=task_id, status=answer.status, message=word(code, {}, ask.language), accepted=answer.accepted
    )


@router.get("/tasks/{task_id:uuid}/undo", responses=reads(404))
async def get_undo(task_id: UUID, _: Reader, connection: Reading) -> models.UndoInfo:
    """The latest undo of a task: how far it is, or what came of it."""
    await found(connection, task_id)
    row = await undos.latest(connection, task_id)
    if row is None:
        raise Problem(404, "undo_unknown", field="task_id", task_id=str(task_id))
    fields = {name: row[name] for name in models.UndoInfo.model_fields if name in row}
    state: Any = "running" if row["finished_at"] is None else "finished"
    return models.UndoInfo(task_id=task_id, state=state, **fields)


@router.get("/tasks/{task_id:uuid}/undo/preview", responses=reads(404, 409))
async def preview_undo(
    task_id: UUID,
    _: Reader,
    connection: Reading,
    language: LanguageDep,
    query: Annotated[PreviewQuery, Query()],
) -> models.UndoPreview:
    """What an undo would do now: exact counts, the days it touches, and every conflict with its reason."""
    row = await found(connection, task_id)
    how = _how(row.task["kind"])
    reason = await undos.refusal(connection, task_id)
    raw = await driver(connection)
    closed = await _closed(connection, override=query.override_closed_period)
    groups = await foresee(raw, how, str(task_id), force=query.force, closed=closed)
    page = await _conflicts(connection, how, task_id, query, closed)
    return preview(task_id, query.force, reason, groups, page, language)


@router.get("/tasks/{task_id:uuid}/undo/conflicts", responses=reads(404))
async def list_undo_conflicts(
    task_id: UUID,
    _: Reader,
    connection: Reading,
    language: LanguageDep,
    query: Annotated[Paged, Query()],
) -> models.UndoConflictList:
    """What the latest undo could not simply give back, and what became of it."""
    await found(connection, task_id)
    page = await undos.CONFLICTS.page(connection, {"task_id": task_id}, query.cursor, query.limit)
    items = [conflict(item, language) for item in page.items]
    return models.UndoConflictList(items=items, next_cursor=page.next_cursor)


def _how(kind: str) -> Undoing:
    how = undoing_of(kinds().get(kind))
    if how is None:
        raise _refused("cannot_be_undone", None, word("cannot_be_undone"))
    return how


def _refused(refused: str, state: str | None, reason: str) -> Problem:
    return Problem(409, "undo_refused", args={"refused": refused, "state": state, "reason": reason})


async def _closed(connection: AsyncConnection, *, override: bool) -> ClosedPeriod | None:
    """As it is now: a preview binds nobody."""
    row = await closed_period.latest(connection)
    return period_of(row["closed_until"] if row else None, override)


async def _conflicts(
    connection: AsyncConnection,
    how: Undoing,
    task_id: UUID,
    query: PreviewQuery,
    closed: ClosedPeriod | None,
) -> paging.Page:
    asked: dict[str, Any] = {"force": query.force, "limit": query.limit + 1, "closed": closed}
    asked["after"] = paging.decode(query.cursor, words)[0] if query.cursor else ""
    rows = await foresee_conflicts(await driver(connection), how, str(task_id), **asked)
    return paging.page(rows, query.limit, lambda row: [row.row.row_id])


async def _repeated(context: Context, asked: Asked, event: TaskUndoRequested) -> undos.UndoAnswer | None:
    """What was said to this key before, if it was used; 422 where it came with another body."""
    async with context.reading.connect() as connection:
        answer = await undos.to_undo(connection, asked.task_id, asked.event_id)
    if answer.request is None:
        return None
    override = answer.request.get("closed_period_override")
    if (answer.request["force"], override) != (event.force, event.closed_period_override):
        raise Problem(422, "key_reused", field="Idempotency-Key", task_id=str(asked.task_id))
    return answer if answer.given else None
