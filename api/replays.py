"""``POST /tasks/{id}/replay``: run a task again, go on with it, or load its rejected rows once more."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Response

from api.answering import answered
from api.closing import override_for
from api.context import Context, ContextDep, LanguageDep
from api.problems import Problem
from api.replay_models import ReplayRequest, ReplayResponse
from api.responses import starts
from api.security import Manager
from api.starting import IdempotencyKey, checked_key
from api.tasks import found
from infra.clock import new_id
from infra.wording import Language, word
from producers.replays import InputGone, Replays, Wish, request_id
from projections.queries import answers

router = APIRouter(tags=["tasks"])


@router.post("/tasks/{task_id:uuid}/replay", status_code=202, responses=starts(404, 409))
async def replay_task(
    task_id: UUID,
    response: Response,
    user: Manager,
    context: ContextDep,
    language: LanguageDep,
    idempotency_key: IdempotencyKey = None,
    wanted: Annotated[ReplayRequest | None, Body()] = None,
) -> ReplayResponse:
    """Run a task again as its next attempt. Left out, ``scope`` is what suits: ``unfinished`` where the last
    attempt did not get to its end, ``rejected`` where rows are rejected, else ``all``. Answers when it is
    accepted, or after 2 s without an answer; 409 says why it cannot be."""
    async with context.reading.connect() as connection:
        await found(connection, task_id)
    key = checked_key(idempotency_key)
    event_id = request_id(str(task_id), user.id, key) if key else new_id()
    wanted = wanted or ReplayRequest()
    reason = wanted.closed_period_reason
    override = await override_for(context, user, event_id, str(task_id), "replay", reason)
    wish = Wish(wanted.scope, wanted.input, override=override)
    response.headers["Location"] = f"/api/v1/tasks/{task_id}"
    answer = await repeated(context, task_id, event_id, wish) if key else None
    if answer is None:
        attempt = await _ask(context, task_id, event_id, wish, user.id)
        answer = await answer_to(context, task_id, event_id, attempt)
    return shown_answer(task_id, answer, language)


async def repeated(context: Context, task_id: UUID, event_id: str, wish: Wish) -> answers.ReplayAnswer | None:
    """What was said to this key before, if it was used; 422 where it came with another body."""
    async with context.reading.connect() as connection:
        answer = await answers.to_replay(connection, task_id, event_id, 0)
    if answer.request is None:
        return None
    for name in ("scope", "input"):
        if getattr(wish, name) not in (None, answer.request[name]):
            raise Problem(422, "key_reused", field="Idempotency-Key", task_id=str(task_id))
    if wish.override != answer.request.get("closed_period_override"):
        raise Problem(422, "key_reused", field="Idempotency-Key", task_id=str(task_id))
    return answer if answer.given else None


async def answer_to(context: Context, task_id: UUID, event_id: str, attempt: int) -> answers.ReplayAnswer:
    """What the conductor says to a request, waited for."""
    return await answered(context, lambda reading: answers.to_replay(reading, task_id, event_id, attempt))


def input_gone(error: InputGone) -> Problem:
    """The retention of ``batches.*`` has ended for what would be needed."""
    return Problem(409, "recorded_input_gone", field="input", batch=error.batch_no, batches=error.batches)


async def _ask(context: Context, task_id: UUID, event_id: str, wish: Wish, actor: str) -> int:
    replays = Replays(context.engine, context.settings.kafka)
    try:
        asked = await replays.request(str(task_id), wish)
    except InputGone as error:
        raise input_gone(error) from error
    await context.submissions.request(str(task_id), asked, actor, event_id)
    return asked.attempt


def shown_answer(task_id: UUID, answer: answers.ReplayAnswer, language: Language) -> ReplayResponse:
    """In words; 409 where it was refused."""
    if answer.refused is not None:
        reason = word(answer.refused, {}, language)
        named = {"refused": answer.refused, "state": answer.state, "reason": reason}
        raise Problem(409, "replay_refused", args=named)
    if answer.accepted is None:
        return ReplayResponse(
            task_id=task_id, status=answer.status, message=word("task.replay_asked", {}, language)
        )
    accepted = answer.accepted
    code = f"task.replay_accepted.{accepted['scope']}"
    return ReplayResponse(
        task_id=task_id,
        status=answer.status,
        message=word(code, {"attempt": accepted["attempt"]}, language),
        attempt=accepted["attempt"],
        scope=accepted["scope"],
        input=accepted["input"],
    )
