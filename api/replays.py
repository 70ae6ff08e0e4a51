"""``POST /tasks/{id}/replay``: run a task again, go on with it, or load its rejected rows once more."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body

from api.answering import answered
from api.asking import Ask, Asked, Asking
from api.context import Context
from api.problems import Problem
from api.replay_models import ReplayRequest, ReplayResponse
from api.responses import starts
from events.tasks import TaskReplayRequested
from infra.wording import Language, word
from producers.replays import InputGone, Replays, Wish
from projections.queries import answers

router = APIRouter(tags=["tasks"])


@router.post("/tasks/{task_id:uuid}/replay", status_code=202, responses=starts(404, 409))
async def replay_task(
    task_id: UUID, ask: Ask, wanted: Annotated[ReplayRequest | None, Body()] = None
) -> ReplayResponse:
    """Run a task again as its next attempt. Left out, ``scope`` is what suits: ``unfinished`` where the last
    attempt did not get to its end, ``rejected`` where rows are rejected, else ``all``. Answers when it is
    accepted, or after 2 s without an answer; 409 says why it cannot be."""
    await ask.task(task_id)
    wanted = wanted or ReplayRequest()
    asked = await ask.named("replay", task_id, wanted.closed_period_reason)
    wish = Wish(wanted.scope, wanted.input, override=asked.override)
    replays = Replays(ask.context.engine, ask.context.settings.kafka)
    return await replayed(ask, asked, wish, lambda: replays.request(str(task_id), wish))


async def replayed(
    ask: Asking, asked: Asked, wish: Wish, make: Callable[[], Awaitable[TaskReplayRequested]]
) -> ReplayResponse:
    """What is said to a request for a replay, made and sent unless it was under this key; 409 where the log
    has not what it needs, or where it was refused."""
    context = ask.context
    answer = await _repeated(context, asked, wish) if asked.keyed else None
    if answer is None:
        try:
            event = await make()
        except InputGone as error:
            raise input_gone(error) from error
        await ask.send(asked, event)
        answer = await answered(
            context,
            lambda reading: answers.to_replay(reading, asked.task_id, asked.event_id, event.attempt),
        )
    return _shown(asked.task_id, answer, ask.language)


async def _repeated(context: Context, asked: Asked, wish: Wish) -> answers.ReplayAnswer | None:
    """What was said to this key before, if it was used; 422 where it came with another body."""
    async with context.reading.connect() as connection:
        answer = await answers.to_replay(connection, asked.task_id, asked.event_id, 0)
    if answer.request is None:
        return None
    for name in ("scope", "input"):
        if getattr(wish, name) not in (None, answer.request[name]):
            raise Problem(422, "key_reused", field="Idempotency-Key", task_id=str(asked.task_id))
    if wish.override != answer.request.get("closed_period_override"):
        raise Problem(422, "key_reused", field="Idempotency-Key", task_id=str(asked.task_id))
    return answer if answer.given else None


def input_gone(error: InputGone) -> Problem:
    """The retention of ``batches.*`` has ended for what would be needed."""
    return Problem(409, "recorded_input_gone", field="input", batch=error.batch_no, batches=error.batches)


def _shown(task_id: UUID, answer: answers.ReplayAnswer, language: Language) -> ReplayResponse:
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
