"""What every start has in common: the idempotency key, and the answer to a submission."""

from typing import Annotated
from uuid import UUID

from fastapi import Header, Response

from api.context import Context
from api.models import AsyncSyncResponse
from api.problems import Problem
from infra.wording import Language, word
from producers.submission import FileAlreadyImported, KeyReused, Submission
from projections.queries import tasks

MOST_KEY = 200

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="The same key and the same body give the same task; with another body 422.",
    ),
]


def checked_key(key: str | None) -> str | None:
    """1 to 200 printable ASCII characters, or none at all."""
    if key is None:
        return None
    if not 1 <= len(key) <= MOST_KEY or not key.isascii() or not key.isprintable():
        raise Problem(422, "key_invalid", field="Idempotency-Key")
    return key


async def submitted(
    context: Context, response: Response, submission: Submission, language: Language
) -> AsyncSyncResponse:
    """Hand a submission over: 202 with its task, 409 for the same file, 422 for a key used before."""
    try:
        accepted = await context.submissions.submit(submission)
    except KeyReused as error:
        raise Problem(422, "key_reused", field="Idempotency-Key", task_id=error.task_id) from error
    except FileAlreadyImported as error:
        raise Problem(
            409,
            "file_already_imported",
            field="file",
            headers={"Location": f"/api/v1/tasks/{error.task_id}"},
            task_id=error.task_id,
        ) from error
    response.headers["Location"] = f"/api/v1/tasks/{accepted.task_id}"
    code = "task.accepted" if accepted.published else "task.accepted_waits"
    return AsyncSyncResponse(
        task_id=UUID(accepted.task_id),
        status=await _status(context, accepted.task_id) if accepted.repeated else "pending",
        message=word("task.repeated" if accepted.repeated else code, {"task_id": accepted.task_id}, language),
    )


async def _status(context: Context, task_id: str) -> str:
    """A repeated request hears how its task stands now: it may have failed long ago."""
    async with context.reading.connect() as connection:
        row = await tasks.one(connection, UUID(task_id))
    return str(row.task["status"]) if row else "pending"
