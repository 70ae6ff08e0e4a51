"""``GET /tasks/{id}/warnings``: rows that were used although something in them looks wrong."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from api.context import LanguageDep, Reading
from api.responses import reads
from api.security import Reader
from api.tasks import Cursor, Limit, found
from infra.wording import Language, word
from projections.queries import warnings

router = APIRouter(tags=["tasks"])


class RowWarning(BaseModel):
    code: str
    message: str


class WarnedRowInfo(BaseModel):
    """A row with what looks wrong in it: ``key`` and ``args`` say whose it is (a name, ИНН, КПП)."""

    attempt: int
    row_no: int
    key: str
    args: dict[str, str]
    warnings: list[RowWarning]


class WarnedRowList(BaseModel):
    """``total`` counts the task's rows as they are now, like ``result.warned`` of a completed task: those of
    its latest complete run and of what was loaded since; of a failed or stopped one all that were warned."""

    items: list[WarnedRowInfo]
    total: int
    next_cursor: str | None


@router.get("/tasks/{task_id:uuid}/warnings", responses=reads(404))
async def list_warnings(
    task_id: UUID,
    _: Reader,
    connection: Reading,
    language: LanguageDep,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> WarnedRowList:
    """In the order of the source. They are in the books like all others."""
    await found(connection, task_id)
    page = await warnings.rows(connection, task_id, cursor, limit)
    items = [_shown(row, language) for row in page.items]
    total = await warnings.total(connection, task_id)
    return WarnedRowList(items=items, total=total, next_cursor=page.next_cursor)


def _shown(row: Mapping[str, Any], language: Language) -> WarnedRowInfo:
    said = [RowWarning(code=code, message=word(code, row["args"], language)) for code in row["codes"]]
    return WarnedRowInfo(**row, warnings=said)
