"""The audit trail over all tasks: search, exports that can be verified, the key they are signed with."""

from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from api import access
from api.audit_models import AuditEvent, AuditEventList, RootList
from api.context import Context, ContextDep, Reading
from api.event_files import CSV, JSON_LINES, Lines, as_csv, as_json_lines
from api.kinds import kind_meant
from api.responses import Responses, reads
from api.security import Manager, Reader
from api.tasks import Cursor, Limit, Name, When, Words, found
from infra.signing import signer
from jobs.kinds.registry import kinds
from projections.queries import audit, search
from projections.queries.exporting import Exporting
from projections.queries.search import EventFilter

router = APIRouter(tags=["audit"])

Format = Annotated[Literal["jsonl", "csv"], Query(alias="format")]
_FILES: Responses = {
    200: {"content": {JSON_LINES: {"schema": {"type": "string"}}, CSV: {"schema": {"type": "string"}}}}
}
TypeName = Annotated[str, Query(pattern=r"^[a-z_.]+[0-9]+$", max_length=60)]


class AuditKey(BaseModel):
    """The public key (Ed25519) of roots and exports, as 64 hexadecimal digits."""

    algorithm: Literal["Ed25519"] = "Ed25519"
    key: str


async def event_filter(
    type: Annotated[list[TypeName] | None, Query(max_length=20)] = None,
    kind: Annotated[list[str] | None, Query(max_length=5)] = None,
    actor: Name = None,
    task_id: UUID | None = None,
    time_from: When = None,
    time_to: When = None,
    q: Words = None,
) -> EventFilter:
    """``actor`` is a user's name or id, or ``system:<process>``; ``q`` are words of the event's data, all of
    which must be there (``"two words"`` together, ``-word`` not); ``time_to`` is excluded."""
    return EventFilter(
        type=tuple(dict.fromkeys(type or ())),
        kind=tuple(dict.fromkeys(kind_meant(name, kinds(), 422) for name in kind or ())),
        actor=actor,
        task_id=task_id,
        time_from=time_from,
        time_to=time_to,
        q=q,
    )


Wanted = Annotated[EventFilter, Depends(event_filter)]


@router.get("/events", responses=reads())
async def search_events(
    _: Reader, connection: Reading, wanted: Wanted, cursor: Cursor = None, limit: Limit = 50
) -> AuditEventList:
    """Events of all tasks and who read rejected rows or took exports (``access.…``), newest first."""
    page = await search.events(connection, wanted, cursor, limit)
    return AuditEventList(items=[_shown(row) for row in page.items], next_cursor=page.next_cursor)


@router.get("/events/export", response_class=StreamingResponse, responses=reads() | _FILES)
async def export_events(
    request: Request, user: Manager, context: ContextDep, wanted: Wanted, file_format: Format = "jsonl"
) -> StreamingResponse:
    """Everything, in the order of the log, or what a filter lets through, newest first, as a file. Lines of
    JSON are sealed and signed: ``tidemark audit verify`` tells whether they were changed."""
    said = {"format": file_format, "filters": wanted.names}
    await access.note(request, context, user, "access.events_exported.v1", wanted.task_id, said)
    exporting = Exporting(context.reading)
    lines = exporting.chosen(wanted) if wanted.names else exporting.of_all()
    return _file(context, lines, file_format, "events", None, complete=not wanted.names)


@router.get(
    "/tasks/{task_id:uuid}/events/export", response_class=StreamingResponse, responses=reads(404) | _FILES
)
async def export_task_events(
    task_id: UUID,
    request: Request,
    user: Reader,
    connection: Reading,
    context: ContextDep,
    file_format: Format = "jsonl",
) -> StreamingResponse:
    """A task's whole history as a file, with the signed roots that cover it; also of tasks that left the
    lists."""
    if not (await audit.events(connection, task_id, None, 1)).items:
        await found(connection, task_id)
    said = {"format": file_format}
    await access.note(request, context, user, "access.events_exported.v1", task_id, said)
    lines = Exporting(context.reading).of_task(task_id)
    return _file(context, lines, file_format, str(task_id), task_id, complete=True)


@router.get("/audit/key", responses=reads())
async def audit_key(_: Reader, context: ContextDep) -> AuditKey:
    """The key that verifies what was signed here. Keep a copy elsewhere: a file's own key proves nothing."""
    return AuditKey(key=signer(context.settings).public)


@router.get("/audit/roots", responses=reads())
async def list_roots(_: Reader, connection: Reading, cursor: Cursor = None, limit: Limit = 50) -> RootList:
    """The signed roots by partition and number, as they were published on topic ``audit.roots``."""
    page = await audit.ROOTS.page(connection, {}, cursor, limit)
    return RootList(items=page.items, next_cursor=page.next_cursor)


def _file(
    context: Context, lines: Lines, file_format: str, name: str, task_id: UUID | None, *, complete: bool
) -> StreamingResponse:
    head: dict[str, Any] = {"task_id": str(task_id) if task_id else None, "complete": complete}
    csv = file_format == "csv"
    content = as_csv(lines) if csv else as_json_lines(lines, head, signer(context.settings))
    headers = {"Content-Disposition": f'attachment; filename="audit-{name}.{file_format}"'}
    return StreamingResponse(content, headers=headers, media_type=CSV if csv else JSON_LINES)


def _shown(row: dict[str, Any]) -> AuditEvent:
    logged = row["partition"] >= 0
    shown = {
        "position": f"{row['partition']}:{row['offset']}" if logged else None,
        "number": row["number"] if logged else None,
        "hash": row["hash"].hex() if logged else None,
        "data": orjson.loads(row["value"]),
    }
    return AuditEvent(**{**row, **shown})
