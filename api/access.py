"""Who reads rejected rows or takes an export is written down before the answer begins.

The row is committed without waiting for the disk: 1 ms, and only a crash of PostgreSQL itself can lose the
last of them. What was read, and what words were looked for, is not kept.
"""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

import orjson
from fastapi import Request
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.context import Context, ContextDep
from api.security import Reader
from infra.users import User

Access = Literal[
    "access.rejects_read.v1",
    "access.rejects_exported.v1",
    "access.events_exported.v1",
    "access.closed_period_set.v1",
]

_WRITE = text(
    "INSERT INTO access_event (type, actor, task_id, correlation_id, data)"
    " VALUES (:type, :actor, :task_id, :correlation_id, CAST(:data AS jsonb))"
)
_SOON = text("SET LOCAL synchronous_commit TO off")


_NAMES = frozenset(
    ("attempt", "fingerprint", "only_current", "kind", "rejected_from", "rejected_to", "cursor", "format")
)


async def rejects(request: Request, user: Reader, context: ContextDep) -> None:
    """Of every endpoint that shows rejected rows, or gives them as a file."""
    exported = request.url.path.endswith("/export")
    what: Access = "access.rejects_exported.v1" if exported else "access.rejects_read.v1"
    asked = {"filters": sorted(_NAMES & set(request.query_params))}
    row = request.path_params.get("row_no")
    said = asked | ({} if row is None else {"row": str(row)[:20]})
    await note(request, context, user, what, request.path_params.get("task_id"), said)


async def note(
    request: Request,
    context: Context,
    user: User,
    what: Access,
    task_id: UUID | None = None,
    said: Mapping[str, Any] | None = None,
) -> None:
    """Write down one read; ``said`` are the request's ids, numbers and names of filters."""
    async with context.engine.begin() as connection:
        await connection.execute(_SOON)
        await write(connection, request, user, what, task_id, said)


async def write(
    connection: AsyncConnection,
    request: Request,
    user: User,
    what: Access,
    task_id: UUID | None = None,
    said: Mapping[str, Any] | None = None,
) -> None:
    """The same within a transaction that is open: both are kept, or neither."""
    await connection.execute(
        _WRITE,
        {
            "type": what,
            "actor": f"user:{user.id}",
            "task_id": task_id,
            "correlation_id": str(getattr(request.state, "correlation_id", "") or ""),
            "data": orjson.dumps({k: v for k, v in (said or {}).items() if v is not None}).decode(),
        },
    )
