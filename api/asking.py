"""What every request to a task has in common: its id under the key, and the reason to touch closed rows."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Response

from api.closing import override_for
from api.context import ContextDep, LanguageDep
from api.security import Manager
from api.starting import IdempotencyKey, checked_key
from api.tasks import found
from events.base import Event
from infra.clock import new_id
from producers.overrides import Request
from producers.requests import keyed_event_id
from projections.queries.tasks import TaskRow

# What ids under a key are made of; they outlive the version that made them.
_NAMED = {"replay": "request", "undo": "undo"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to ``task_id``: the id of its event, the same whenever it is ``keyed`` and asked again.
    ``override`` as ``closed_period_override``."""

    task_id: UUID
    event_id: str
    keyed: bool
    override: str | None


class Asking:
    """Who asks something of a task: what replay, undo and promotion take beside their own body."""

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
        self._key = idempotency_key

    async def task(self, task_id: UUID) -> TaskRow:
        """The task; 404 where there is none."""
        async with self.context.reading.connect() as connection:
            return await found(connection, task_id)

    async def named(self, request: Request, task_id: UUID, reason: str | None) -> Asked:
        """The request as the log will know it, with the reason kept; the answer points to its task. 403 where
        somebody gives a reason who may not, 422 for a key that is none."""
        key, actor = checked_key(self._key), self._user.id
        event_id = keyed_event_id(_NAMED[request], str(task_id), actor, key) if key else new_id()
        override = await override_for(self.context, self._user, event_id, str(task_id), request, reason)
        self._response.headers["Location"] = f"/api/v1/tasks/{task_id}"
        return Asked(task_id, event_id, key is not None, override)

    async def send(self, asked: Asked, event: Event) -> None:
        """Put the request into the log; raises LogUnavailable."""
        await self.context.submissions.request(str(asked.task_id), event, self._user.id, asked.event_id)


Ask = Annotated[Asking, Depends()]
