"""What a reader keeps beside the batches: control totals by account number, and the days of a statement."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from events.records import ControlTotal
from jobs.base import AccountTotals
from jobs.records import StatementPeriod
from jobs.specs import as_original
from processors.reader.leases import Lease


async def keep_totals(engine: AsyncEngine, lease: Lease, totals: Sequence[AccountTotals]) -> None:
    """Account numbers are no matter for the log: it has their keyed hash, this table has both."""
    if not totals:
        return
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO reconciliation (task_id, attempt, account, total)"
                " VALUES (:task, :attempt, :account, CAST(:total AS jsonb))"
                " ON CONFLICT (task_id, attempt, account) DO UPDATE SET total = excluded.total"
            ),
            [
                {
                    "task": lease.spec.task_id,
                    "attempt": lease.spec.attempt,
                    "account": found.account,
                    "total": found.total.model_dump_json(),
                }
                for found in totals
            ],
        )


async def kept_totals(engine: AsyncEngine, lease: Lease) -> tuple[int, tuple[AccountTotals, ...]]:
    """What an earlier attempt has told last of the whole source, and which; 0 where none has."""
    async with engine.connect() as connection:
        rows = list(await connection.execute(text(_KEPT), _origin(lease)))
    totals = [AccountTotals(row.account, ControlTotal.model_validate(row.total)) for row in rows]
    return rows[0].attempt if rows else 0, tuple(totals)


def _origin(lease: Lease) -> dict[str, Any]:
    original = as_original(lease.spec).task_id
    return {"task": original, "origin": lease.work.origin, "attempt": lease.work.attempt}


async def keep_periods(engine: AsyncEngine, lease: Lease, periods: Sequence[StatementPeriod]) -> None:
    """The days of a statement, before its task can be completed; reading again finds them there."""
    places: Counter[str] = Counter()
    rows = []
    for period in periods:
        rows.append({"task": lease.spec.task_id, "place": places[period.account], **asdict(period)})
        places[period.account] += 1
    if rows and not lease.spec.dry_run:
        async with engine.begin() as connection:
            await connection.execute(text(_KEEP_PERIOD), rows)


_KEPT = """
SELECT attempt, account, total FROM reconciliation WHERE task_id = :task AND attempt = (
    SELECT max(attempt) FROM reconciliation
    WHERE task_id = :task AND attempt >= :origin AND attempt < :attempt)
ORDER BY account
"""
_KEEP_PERIOD = """
INSERT INTO statement_period (task_id, account, place, day_from, day_to, opening, closing)
VALUES (:task, :account, :place, :day_from, :day_to, :opening, :closing) ON CONFLICT DO NOTHING
"""
