"""Tasks: the list, one, its audit trail."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from sqlalchemy.ext.asyncio import AsyncConnection

from api import audit_models as audited
from api import shown
from api.context import LanguageDep, Reading
from api.headings import headings_of
from api.kinds import kind_meant
from api.models import Moment, Outcome, TaskCountsByStatus, TaskInfo, TaskList
from api.past import AsOf, task_then, time_of
from api.problems import Problem
from api.responses import reads
from api.security import Reader
from jobs.kinds.registry import kinds
from projections.queries import audit, freshness, past, preview, purged, tasks
from projections.queries.task_filter import TaskFilter
from projections.queries.tasks import TaskRow
from projections.view import Status

router = APIRouter(tags=["tasks"])

Words = Annotated[str | None, Query(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
Name = Annotated[str | None, Query(min_length=1, max_length=100, pattern=r"^[^\x00]*$")]
When = Annotated[Moment | None, Query(description="With a zone; without one it is UTC.")]
Cursor = Annotated[str | None, Query(max_length=500)]
Limit = Annotated[int, Query(ge=1, le=500)]
AttemptNo = Annotated[int | None, Query(ge=1, le=1_000_000)]


async def task_filter(
    status: Annotated[list[Status] | None, Query(max_length=5)] = None,
    kind: Annotated[list[str] | None, Query(max_length=20)] = None,
    outcome: Annotated[list[Outcome] | None, Query(max_length=3)] = None,
    submitted_by: Name = None,
    created_from: When = None,
    created_to: When = None,
    failure: Name = None,
    retrying: bool | None = None,
    input_expires_soon: bool | None = None,
    q: Words = None,
) -> TaskFilter:
    """``created_to`` is excluded; ``submitted_by`` is a user's name or id; ``retrying`` tasks wait for their
    next automatic try; of those whose ``input_expires_soon`` the log soon forgets what a replay would
    read."""
    return TaskFilter(
        status=tuple(status or ()),
        kind=tuple(kind_meant(name, kinds(), 422) for name in kind or ()),
        outcome=tuple(outcome or ()),
        submitted_by=submitted_by,
        created_from=created_from,
        created_to=created_to,
        failure=failure,
        retrying=retrying,
        input_expires_soon=input_expires_soon,
        q=q,
    )


@router.get("/tasks", responses=reads())
async def list_tasks(
    _: Reader,
    connection: Reading,
    language: LanguageDep,
    wanted: Annotated[TaskFilter, Depends(task_filter)],
    then: AsOf,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> TaskList:
    """Tasks, newest first; with ``as_of`` as they were then, and those that have left the list since."""
    if then is None:
        page = await tasks.listed(connection, wanted, cursor, limit)
    else:
        if wanted.input_expires_soon is not None:
            raise Problem(422, "not_as_of", field="input_expires_soon", field_name="input_expires_soon")
        page = await past.listed(connection, wanted, await time_of(connection, then), cursor, limit)
    items = [shown.task_info(row, language) for row in page.items]
    return TaskList(items=items, next_cursor=page.next_cursor)


@router.get("/tasks/counts", responses=reads())
async def count_tasks(_: Reader, connection: Reading, then: AsOf) -> TaskCountsByStatus:
    """How many tasks there are in each status, or were ``as_of``."""
    if then is not None:
        return TaskCountsByStatus(**await past.counts(connection, await time_of(connection, then)))
    return TaskCountsByStatus(**await freshness.counts(connection))


@router.get("/tasks/{task_id:uuid}", responses=reads(404))
async def get_task(
    task_id: UUID, _: Reader, connection: Reading, language: LanguageDep, then: AsOf
) -> TaskInfo:
    """One task; one that was just accepted is here already, as ``pending``. With ``as_of`` as it was then."""
    if then is not None:
        return await task_then(connection, task_id, then, language)
    return shown.task_info(await found(connection, task_id), language)


@router.get("/tasks/{task_id:uuid}/events", responses=reads(404))
async def list_events(
    task_id: UUID, _: Reader, connection: Reading, cursor: Cursor = None, limit: Limit = 50
) -> audited.EventList:
    """Everything that happened, in the order of the log; also of tasks that left the lists."""
    page = await audit.events(connection, task_id, cursor, limit)
    if not page.items and cursor is None:
        await found(connection, task_id)
    items = [shown.event_info(row) for row in page.items]
    return audited.EventList(items=items, next_cursor=page.next_cursor)


@router.get("/tasks/{task_id:uuid}/attempts", responses=reads(404))
async def list_attempts(
    task_id: UUID,
    _: Reader,
    connection: Reading,
    language: LanguageDep,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> audited.AttemptList:
    """Each run over the source: who asked for it and for what, what it came to, by which code; with its
    control totals and whether they add up."""
    await found(connection, task_id)
    page = await audit.attempts(connection, task_id, cursor, limit)
    items = [shown.attempt_info(row, language) for row in page.items]
    return audited.AttemptList(items=items, next_cursor=page.next_cursor)


@router.get("/tasks/{task_id:uuid}/batches", responses=reads(404))
async def list_batches(
    task_id: UUID,
    _: Reader,
    connection: Reading,
    attempt: AttemptNo = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> audited.BatchList:
    """Batches in the order of the source."""
    await found(connection, task_id)
    page = await audit.batches(connection, task_id, cursor, limit, attempt=attempt)
    return audited.BatchList(
        items=[shown.batch_info(row) for row in page.items], next_cursor=page.next_cursor
    )


@router.get("/tasks/{task_id:uuid}/preview", responses=reads(404))
async def list_preview(
    task_id: UUID,
    _: Reader,
    connection: Reading,
    language: LanguageDep,
    verdict: audited.Verdict | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> audited.PreviewList:
    """What a dry run says of every row. Of a real run that was started with ``params.preview``: the rows of
    which that had said something else."""
    task = await found(connection, task_id)
    headings = (await headings_of(connection, task)).of(task.task["attempt"])
    wanted = next((name for name, shown_as in audited.VERDICT_OF.items() if shown_as == verdict), None)
    page = await preview.rows(connection, task_id, cursor, limit, verdict=wanted)
    items = [shown.preview_row(row, language, headings) for row in page.items]
    return audited.PreviewList(items=items, next_cursor=page.next_cursor)


async def found(connection: AsyncConnection, task_id: UUID) -> TaskRow:
    """The task, or 404: one that cleanup removed is told apart from one that never was."""
    row = await tasks.one(connection, task_id)
    if row is not None:
        return row
    gone = await purged.was_purged(connection, task_id)
    raise Problem(404, "task_purged" if gone else "task_unknown", field="task_id", task_id=str(task_id))
