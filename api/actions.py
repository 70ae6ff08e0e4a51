"""What can be asked of tasks that are there: stop one, remove old ones from the lists."""

from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter, Response

from api.answering import answered
from api.context import ContextDep, LanguageDep
from api.models import AsyncSyncResponse, CleanupRequest, CleanupResponse
from api.problems import Problem
from api.responses import starts
from api.security import Admin, Manager
from api.tasks import found
from events.tasks import TaskCancelRequested, TaskCleanupRequested
from infra.clock import utc_now
from infra.wording import word
from projections.queries import answers, purged

router = APIRouter(tags=["tasks"])

MOST_CLEANED = 1_000


@router.post("/tasks/{task_id:uuid}/cancel", status_code=202, responses=starts(404, 409))
async def cancel_task(
    task_id: UUID, response: Response, user: Manager, context: ContextDep, language: LanguageDep
) -> AsyncSyncResponse:
    """Stop a task. Answers when it is stopped (no batch commits after that), or after 2 s without an answer;
    409 says why it cannot be."""
    async with context.reading.connect() as connection:
        await found(connection, task_id)
    event_id = await context.submissions.request(str(task_id), TaskCancelRequested(), user.id)
    answer = await answered(context, lambda reading: answers.to_cancel(reading, task_id, event_id))
    response.headers["Location"] = f"/api/v1/tasks/{task_id}"
    if answer.refused is not None:
        reason = word(answer.refused, {}, language)
        named = {"refused": answer.refused, "state": answer.state, "reason": reason}
        raise Problem(409, "cancel_refused", args=named)
    code = "task.cancelled" if answer.status == "cancelled" else "task.cancel_asked"
    return AsyncSyncResponse(
        task_id=task_id, status=answer.status, message=word(code, {"rows": answer.rows}, language)
    )


@router.post("/tasks/cleanup", status_code=202, responses=starts())
async def clean_up(
    wanted: CleanupRequest, user: Admin, context: ContextDep, language: LanguageDep
) -> CleanupResponse:
    """Ask finished tasks older than so many days to leave the lists, oldest first, 1,000 at a time.
    Their events stay in the log, what they imported stays where it is."""
    before = utc_now() - timedelta(days=wanted.older_than_days)
    async with context.reading.connect() as connection:
        old = await purged.ended_before(connection, before, MOST_CLEANED + 1)
    for task_id in old[:MOST_CLEANED]:
        await context.submissions.request(task_id, TaskCleanupRequested(), user.id)
    asked = min(len(old), MOST_CLEANED)
    return CleanupResponse(
        tasks=asked,
        more=len(old) > MOST_CLEANED,
        message=word("cleanup.accepted", {"tasks": asked}, language),
    )
