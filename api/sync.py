"""``POST /sync-1c/…``: a period of 1C, or its contractors, becomes a task."""

from datetime import date, timedelta

from fastapi import APIRouter

from api.context import Context
from api.models import AsyncSyncResponse
from api.problems import Problem, check_period
from api.responses import starts
from api.starting import Start
from api.sync_models import AsyncSyncRequest, ContractorsSyncRequest
from infra.clock import today
from projections.queries import syncs

router = APIRouter(tags=["sync-1c"], prefix="/sync-1c")

Period = tuple[date, date]


@router.post("/bank-transactions/sync-async", status_code=202, responses=starts(409))
async def sync_bank_transactions(
    wanted: AsyncSyncRequest,
    start: Start,
) -> AsyncSyncResponse:
    """Import the bank documents of a period from 1C, or what has come since the last time."""
    said = _said(wanted)
    first, last = said or await _since_last(start.context)
    incremental = {} if said else {"incremental": True}
    _check_configured(start.context)
    period = {"date_from": first.isoformat(), "date_to": last.isoformat()}
    params = {**period, "auto_classify": wanted.auto_classify} | incremental
    source = {"type": "onec", **period}
    reason = wanted.closed_period_reason
    return await start.submit(
        "bank_transactions", source, params, dry_run=wanted.dry_run, closed_period_reason=reason
    )


@router.post("/contractors/sync-async", status_code=202, responses=starts())
async def sync_contractors(
    start: Start,
    wanted: ContractorsSyncRequest | None = None,
) -> AsyncSyncResponse:
    """Import all contractors from 1C: new and changed ones by their DataVersion, deleted ones retract."""
    _check_configured(start.context)
    dry_run = wanted is not None and wanted.dry_run
    return await start.submit("contractors", {"type": "onec"}, {}, dry_run=dry_run)


def _said(wanted: AsyncSyncRequest) -> Period | None:
    """The period that was asked for; None where it is to be found out."""
    first, last = wanted.date_from, wanted.date_to
    if first is None and last is None:
        return None
    if first is None or last is None or wanted.since_last:
        raise Problem(422, "period_incomplete", field="date_to" if last is None else "date_from")
    check_period(first, last)
    return first, last


async def _since_last(context: Context) -> Period:
    """From what the last completed sync saw, less the overlap, until 1C's today."""
    async with context.reading.connect() as connection:
        seen = await syncs.last_seen_day(connection, context.settings.onec_timezone)
    if seen is None:
        raise Problem(409, "never_synced", field="date_from")
    last = today(context.settings.onec_zone)
    first = seen - timedelta(days=context.settings.onec_overlap_days)
    return min(first, last), last


def _check_configured(context: Context) -> None:
    if context.settings.onec_url is None:
        raise Problem(503, "onec_not_configured")
