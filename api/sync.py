"""``POST /sync-1c/…``: a period of 1C becomes a task."""

from fastapi import APIRouter, Response

from api.context import ContextDep, LanguageDep
from api.models import AsyncSyncRequest, AsyncSyncResponse
from api.problems import Problem
from api.responses import starts
from api.security import Manager
from api.starting import IdempotencyKey, checked_key, submitted
from jobs.kinds.registry import kinds
from producers.submission import Submission

router = APIRouter(tags=["sync-1c"])


async def sync_bank_transactions(
    wanted: AsyncSyncRequest,
    response: Response,
    user: Manager,
    context: ContextDep,
    language: LanguageDep,
    idempotency_key: IdempotencyKey = None,
) -> AsyncSyncResponse:
    """Import the bank documents of a period from 1C."""
    if wanted.date_from > wanted.date_to:
        raise Problem(
            422,
            "period_reversed",
            field="date_to",
            date_from=wanted.date_from.isoformat(),
            date_to=wanted.date_to.isoformat(),
        )
    if context.settings.onec_url is None:
        raise Problem(503, "onec_not_configured")
    period = {"date_from": wanted.date_from.isoformat(), "date_to": wanted.date_to.isoformat()}
    submission = Submission(
        kind="bank_transactions",
        actor=user.id,
        params={**period, "auto_classify": wanted.auto_classify},
        source={"type": "onec", **period},
        idempotency_key=checked_key(idempotency_key),
    )
    return await submitted(context, response, submission, language)


if "bank_transactions" in kinds():
    router.post("/sync-1c/bank-transactions/sync-async", status_code=202, responses=starts())(
        sync_bank_transactions
    )
