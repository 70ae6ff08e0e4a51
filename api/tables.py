"""``/tasks/{id}/mapping``: how a table was read; ``/table-templates``: how the next ones shall be."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel
from sqlalchemy import text

from api.context import ContextDep, Reading
from api.kinds import kind_meant, uploads
from api.price_models import Paged, Text
from api.problems import Problem
from api.responses import reads, starts
from api.security import Manager, Reader
from api.table_wishes import check_mapping
from api.tasks import AttemptNo, found
from jobs.formats.tables.mapping import letters
from jobs.params import TableParams, TableWishes
from projections.queries import tables

router = APIRouter(tags=["tables"])

_SAVE = """
INSERT INTO table_template (kind, name, wishes, author) VALUES (:kind, :name, CAST(:wishes AS jsonb), :author)
ON CONFLICT (kind, name) DO UPDATE
SET wishes = excluded.wishes, author = excluded.author, saved_at = excluded.saved_at
"""
_DELETE = "DELETE FROM table_template WHERE kind = :kind AND name = :name"
Name = Annotated[str, Path(min_length=1, max_length=200, pattern=r"^[^\x00/]*$")]
Kind = Annotated[str, Query(min_length=1, max_length=100, pattern=r"^[A-Za-z_-]+$")]


class MappedColumn(BaseModel):
    """A field and the column that it is read from: ``column`` in letters, ``header`` as it stands above it;
    ``warehouse`` where each warehouse has a column."""

    field: str
    column: str
    header: str
    warehouse: str


class FoundTable(BaseModel):
    """How the file is read. ``constants`` stand for all rows; ``header_rows`` are numbers of the sheet's."""

    format: str
    sheet: str
    header_rows: list[int]
    columns: list[MappedColumn]
    constants: dict[str, str]
    encoding: str | None
    delimiter: str | None
    decimal: str | None
    price_type: str | None


class WantedField(BaseModel):
    """What a kind looks for in a header, by which names."""

    field: str
    names: list[str]
    required: bool


class ShownRow(BaseModel):
    """A row of the file, trimmed to 40 cells of 80 characters."""

    row: int
    cells: list[str]


class TableMapping(BaseModel):
    """``found`` is null where no header was known: ``first_rows`` and ``wanted`` then say why."""

    attempt: int
    found: FoundTable | None
    wanted: list[WantedField]
    first_rows: list[ShownRow]
    at: datetime


class TableTemplate(BaseModel):
    """What is said of a kind's files by ``params.template``."""

    kind: str
    name: str
    wishes: TableWishes
    saved_by: str | None
    saved_at: datetime


class TableTemplateList(BaseModel):
    items: list[TableTemplate]
    next_cursor: str | None


class TemplateQuery(Paged):
    """Query of ``GET /table-templates``."""

    kind: Text | None = None


@router.get("/tasks/{task_id:uuid}/mapping", responses=reads(404))
async def get_mapping(
    task_id: UUID, _: Reader, connection: Reading, attempt: AttemptNo = None
) -> TableMapping:
    """How the task's table was read, in its latest attempt by default, and its first 30 rows. What is wrong
    is corrected by ``params`` of the next import."""
    await found(connection, task_id)
    row = await tables.mapping(connection, task_id, attempt)
    if row is None:
        raise Problem(404, "mapping_unknown", field="task_id", task_id=str(task_id))
    return TableMapping(**{**row, "found": _found(row["found"])})


@router.get("/table-templates", responses=reads())
async def list_templates(
    _: Reader, connection: Reading, query: Annotated[TemplateQuery, Query()]
) -> TableTemplateList:
    """Templates by kind and name."""
    filters = query.filters()
    if query.kind is not None:
        filters["kind"] = kind_meant(query.kind, _kinds_of_tables(), 422)
    page = await tables.TEMPLATES.page(connection, filters, query.cursor, query.limit)
    return TableTemplateList(items=[TableTemplate(**row) for row in page.items], next_cursor=page.next_cursor)


@router.get("/table-templates/{name}", responses=reads(404))
async def get_template(name: Name, kind: Kind, _: Reader, connection: Reading) -> TableTemplate:
    """One template of a kind."""
    row = await tables.template(connection, kind_meant(kind, _kinds_of_tables()), name)
    if row is None:
        raise Problem(404, "template_unknown", field="name", template=name)
    return TableTemplate(**row)


@router.put("/table-templates/{name}", responses=starts(404))
async def save_template(
    name: Name, kind: Kind, wishes: TableWishes, user: Manager, context: ContextDep
) -> TableTemplate:
    """Save a template, or replace it. Tasks that have begun keep what they read by."""
    kind = kind_meant(kind, _kinds_of_tables())
    check_mapping(kind, wishes.mapping, "mapping")
    said = orjson.dumps(wishes.model_dump(mode="json", exclude_none=True)).decode()
    async with context.engine.begin() as connection:
        await connection.execute(text(_SAVE), {"kind": kind, "name": name, "wishes": said, "author": user.id})
        row = await tables.template(connection, kind, name)
    assert row is not None
    return TableTemplate(**row)


@router.delete("/table-templates/{name}", status_code=204, responses=starts(404))
async def delete_template(name: Name, kind: Kind, user: Manager, context: ContextDep) -> Response:
    """Forget a template. Tasks that name it and have not begun will fail and say so."""
    wanted = {"kind": kind_meant(kind, _kinds_of_tables()), "name": name}
    async with context.engine.begin() as connection:
        done = await connection.execute(text(_DELETE), wanted)
    if not done.rowcount:
        raise Problem(404, "template_unknown", field="name", template=name)
    return Response(status_code=204)


def _kinds_of_tables() -> frozenset[str]:
    return frozenset(name for name, upload in uploads().values() if issubclass(upload.params, TableParams))


def _found(stored: dict[str, Any] | None) -> FoundTable | None:
    if stored is None:
        return None
    columns = [
        MappedColumn(
            field=name, column=letters(one["place"]), header=one["header"], warehouse=one["warehouse"]
        )
        for name, found in stored["columns"].items()
        for one in found
    ]
    return FoundTable(**{**stored, "columns": columns})
