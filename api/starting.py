"""What every start has in common: the idempotency key, and the answer to a submission."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Header, Response

from api.closing import check_reason
from api.context import Context, ContextDep, LanguageDep
from api.kinds import called
from api.models import AsyncSyncResponse
from api.problems import Problem
from api.security import Manager
from infra.wording import word
from producers.submission import Accepted, FileAlreadyImported, KeyReused, Submission
from projections.queries import tasks

MOST_KEY = 200

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="The same key and the same body give the same task; with another body 422.",
    ),
]


class Starting:
    """Who asks for a task, and how the answer is given: what every start takes beside its own body."""

    def __init__(
        self,
        response: Response,
        user: Manager,
        context: ContextDep,
        language: LanguageDep,
        idempotency_key: IdempotencyKey = None,
    ) -> None:
        self.context = context
        self.language = language
        self._user = user
        self._response = response
        self.asked: dict[str, Any] = {"actor": user.id, "idempotency_key": checked_key(idempotency_key)}

    async def submit(
        self, kind: str, source: Mapping[str, Any], params: Mapping[str, Any], **more: Any
    ) -> AsyncSyncResponse:
        """Hand a submission over: 202 with its task, 409 for the same file, 422 for a key used before.
        ``more`` as ``Submission`` has it."""
        check_reason(self._user, more.get("closed_period_reason"))
        submission = Submission(kind=kind, source=source, params=params, **self.asked, **more)
        return await self.hand_over(submission)

    async def hand_over(self, submission: Submission) -> AsyncSyncResponse:
        """As ``submit`` does, of what somebody else has put together for who asks."""
        try:
            accepted = await self.context.submissions.submit(submission)
        except KeyReused as error:
            raise Problem(422, "key_reused", field="Idempotency-Key", task_id=error.task_id) from error
        except FileAlreadyImported as error:
            raise Problem(
                409,
                "file_already_imported",
                field="file",
                headers={"Location": f"/api/v1/tasks/{error.task_id}"},
                task_id=error.task_id,
                as_kind=called(error.kind),
            ) from error
        return await self._answer(accepted)

    async def repeats(self) -> bool:
        """Whether this was asked for before, under the same key."""
        asked = self.asked
        return await self.context.submissions.knows(asked["actor"], asked["idempotency_key"])

    async def _answer(self, accepted: Accepted) -> AsyncSyncResponse:
        self._response.headers["Location"] = f"/api/v1/tasks/{accepted.task_id}"
        code = "task.accepted" if accepted.published else "task.accepted_waits"
        if accepted.repeated:
            code = "task.repeated"
        return AsyncSyncResponse(
            task_id=UUID(accepted.task_id),
            status=await _status(self.context, accepted.task_id) if accepted.repeated else "pending",
            message=word(code, {"task_id": accepted.task_id}, self.language),
        )


Start = Annotated[Starting, Depends()]


def checked_key(key: str | None) -> str | None:
    """1 to 200 printable ASCII characters, or none at all."""
    if key is None:
        return None
    if not 1 <= len(key) <= MOST_KEY or not key.isascii() or not key.isprintable():
        raise Problem(422, "key_invalid", field="Idempotency-Key")
    return key


async def _status(context: Context, task_id: str) -> str:
    """A repeated request hears how its task stands now: it may have failed long ago."""
    async with context.reading.connect() as connection:
        row = await tasks.one(connection, UUID(task_id))
    return str(row.task["status"]) if row else "pending"
