"""Rejected rows: which, grouped by cause, as files. Everything here shows row data or its reasons."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from api import access, shown
from api.context import LanguageDep, Reading
from api.headings import headings_of, name_among
from api.kinds import kind_meant
from api.problems import Problem
from api.reject_models import (
    CorrectionInfo,
    CorrectionList,
    RejectGroupOfAll,
    RejectGroupsOfAll,
    RejectInfo,
    RejectList,
    TaskRejectGroup,
    TaskRejectGroups,
)
from api.responses import reads
from api.security import Reader
from api.tasks import AttemptNo, Cursor, Limit, Name, When, found
from infra.clock import utc_now
from jobs.kinds.registry import kinds
from projections.queries import reject_groups, rejects

# The one place that every reading of rejected rows passes through.
router = APIRouter(tags=["rejected rows"], dependencies=[Depends(access.rejects)])

DAYS_LOOKED_BACK = 30
RowNo = Annotated[int, Query(ge=1, lt=2**63)]


@router.get("/tasks/{task_id:uuid}/rejects", responses=reads(404))
async def list_rejects(
    task_id: UUID,
    _: Reader,
    connection: Reading,
    language: LanguageDep,
    attempt: AttemptNo = None,
    fingerprint: Name = None,
    only_current: bool = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> RejectList:
    """Rejected rows in the order of the source: which, what in it, why. With ``only_current`` without those
    of which a later attempt has another verdict."""
    headings = await headings_of(connection, await found(connection, task_id))
    page = await rejects.listed(
        connection,
        task_id,
        cursor,
        limit,
        attempt=attempt,
        fingerprint=fingerprint,
        only_current=only_current,
    )
    items = [shown.reject_info(row, language, headings.of(row["attempt"])) for row in page.items]
    return RejectList(items=items, next_cursor=page.next_cursor)


@router.get("/tasks/{task_id:uuid}/rejects/groups", responses=reads(404))
async def group_rejects(
    task_id: UUID,
    _: Reader,
    connection: Reading,
    language: LanguageDep,
    attempt: AttemptNo = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> TaskRejectGroups:
    """Why rows stand rejected, and how many for each reason, the largest group first; with ``attempt`` those
    that one attempt has rejected."""
    task = await found(connection, task_id)
    headings = (await headings_of(connection, task)).of(attempt or task.task["attempt"])
    page = await reject_groups.of_task(connection, task_id, cursor, limit, attempt=attempt)
    items = [
        TaskRejectGroup(**shown.worded(row, language) | {"field": headings.name(row["field"])})
        for row in page.items
    ]
    return TaskRejectGroups(items=items, next_cursor=page.next_cursor)


@router.get("/rejects/groups", responses=reads())
async def group_all_rejects(
    _: Reader,
    connection: Reading,
    language: LanguageDep,
    kind: Annotated[list[str] | None, Query(max_length=20)] = None,
    rejected_from: When = None,
    rejected_to: When = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> RejectGroupsOfAll:
    """The same over all tasks but dry runs, of the last 30 days where no period is given; ``rejected_to`` is
    excluded."""
    until = rejected_to or utc_now()
    since = rejected_from or until - timedelta(days=DAYS_LOOKED_BACK)
    wanted = [kind_meant(name, kinds(), 422) for name in kind or ()]
    page = await reject_groups.of_all(connection, since, until, wanted, cursor, limit)
    items = [
        RejectGroupOfAll(**shown.worded(row, language) | {"field": name_among(row["kinds"], row["field"])})
        for row in page.items
    ]
    return RejectGroupsOfAll(items=items, next_cursor=page.next_cursor)


@router.get("/tasks/{task_id:uuid}/rejects/{row_no:int}", responses=reads(404))
async def get_reject(
    task_id: UUID, row_no: int, _: Reader, connection: Reading, language: LanguageDep
) -> RejectInfo:
    """The latest rejection of one row, whether it stands or not."""
    headings = await headings_of(connection, await found(connection, task_id))
    row = (await rejects.latest(connection, task_id, [checked(row_no)])).get(row_no)
    if row is None:
        raise unknown(row_no)
    return shown.reject_info(row, language, headings.of(row["attempt"]))


@router.get("/tasks/{task_id:uuid}/rejects/{row_no:int}/corrections", responses=reads(404))
async def list_corrections(
    task_id: UUID, row_no: int, _: Reader, connection: Reading, cursor: Cursor = None, limit: Limit = 50
) -> CorrectionList:
    """Everything that was ever said instead of a row, with its authors."""
    headings = await headings_of(connection, await found(connection, task_id))
    page = await rejects.history(connection, task_id, checked(row_no), cursor, limit)
    items = [
        CorrectionInfo(**row | {"raw": headings.of(row["attempt"]).shown(row["raw"])}) for row in page.items
    ]
    return CorrectionList(items=items, next_cursor=page.next_cursor)


def checked(row_no: int) -> int:
    """A number that a row can have, or 404."""
    if not 1 <= row_no < 2**63:
        raise unknown(row_no)
    return row_no


def unknown(row_no: int) -> Problem:
    return Problem(404, "reject_unknown", field="row_no", row=str(row_no)[:20])
