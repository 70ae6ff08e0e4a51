"""What is booked in the closed period stays as it is: judged where it is written, with what is written."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from events.records import Counts
from infra.closed_period import LOCK
from infra.postgres import create_engine
from jobs.base import Row
from jobs.kinds.registry import kind_named
from jobs.sources.onec.gone import GONE
from processors.importer.applying import Applying
from processors.importer.outcomes import Applied, Delivered
from projections.queries import preview
from tests.processors.closing import UNTIL, close, override
from tests.processors.paying import of_1c, onec_document
from tests.processors.setting import document, recorded, rows_of, running_task
from tests.waiting import until_async

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
async def closed(database_url: str) -> AsyncIterator[None]:
    """Up to the end of March, and open again afterwards."""
    engine = create_engine(database_url)
    await close(engine)
    yield
    await close(engine, None)
    await engine.dispose()


def april(number: int, **changed: str) -> Row:
    return document(number, Дата="01.04.2025", ДатаСписано="01.04.2025", **changed)


async def applied_by(applying: Applying, delivered: Delivered) -> Applied:
    applied = await applying.apply(delivered)
    assert applied is not None
    return applied


def refused(applied: Applied) -> list[tuple[int, str | None, str | None]]:
    assert all(one.code == "period_closed" for one in applied.rejects)
    return [(one.row_no, one.field, one.value) for one in applied.rejects]


async def test_exactly_the_rows_up_to_the_day_are_rejected(engine: AsyncEngine, applying: Applying) -> None:
    task_id = await running_task(engine)
    last = document(2, Дата="31.03.2025", ДатаСписано="31.03.2025")
    applied = await applied_by(applying, recorded(task_id, 1, [document(1), last, april(3)]))
    assert applied.outcome.counts == Counts(created=1, rejected=2)
    assert refused(applied) == [(1, "ДатаСписано", "03.03.2025"), (2, "ДатаСписано", "31.03.2025")]
    assert applied.rejects[0].args == {"day": "2025-03-03", "until": UNTIL.isoformat()}
    assert applied.rejects[0].raw == document(1), "to be loaded again"
    assert [row.number for row in await rows_of(engine, task_id)] == ["3"]


async def test_what_is_there_already_touches_nothing(engine: AsyncEngine, applying: Applying) -> None:
    await close(engine, None)
    first = await running_task(engine)
    await applying.apply(recorded(first, 1, [document(1), document(2)]))
    await close(engine)
    again = await applied_by(applying, recorded(first, 2, [document(1), document(2)]))
    assert again.outcome.counts == Counts(unchanged=2)
    other = await running_task(engine)
    later = await applied_by(applying, recorded(other, 1, [document(1), document(3)]))
    assert later.outcome.counts == Counts(duplicate=1, rejected=1)


async def test_a_reason_lets_it_in_and_counts_what_it_touched(
    engine: AsyncEngine, applying: Applying
) -> None:
    task_id = await running_task(engine)
    await override(engine, task_id)
    applied = await applied_by(applying, recorded(task_id, 1, [document(1), document(2), april(3)]))
    assert (applied.outcome.counts, applied.outcome.touched_closed) == (Counts(created=3), 2)


async def test_an_id_that_nobody_gave_a_reason_under_lets_nothing_in(
    engine: AsyncEngine, applying: Applying
) -> None:
    task_id = await running_task(engine)
    await override(engine, task_id, known=False)
    applied = await applied_by(applying, recorded(task_id, 1, [document(1)]))
    assert (applied.outcome.counts, applied.outcome.touched_closed) == (Counts(rejected=1), None)


APRIL = "2025-04-02T12:00:00"


async def loaded_from_1c(engine: AsyncEngine, applying: Applying) -> str:
    """Documents 1 and 2 of March, 3 and 4 of April."""
    await close(engine, None)
    task_id = await running_task(engine)
    march, of_april = [onec_document(n) for n in (1, 2)], [onec_document(n, Date=APRIL) for n in (3, 4)]
    await applying.apply(of_1c(task_id, 1, [*march, *of_april]))
    await close(engine)
    return task_id


async def test_a_sync_may_not_change_move_or_take_back_what_is_closed(
    engine: AsyncEngine, applying: Applying
) -> None:
    await loaded_from_1c(engine, applying)
    changed = {"DataVersion": "AAAAAAAAAAI="}
    rows: list[Row] = [
        onec_document(1, **changed, СуммаДокумента="1.00"),  # changed
        onec_document(2, **changed, Date=APRIL),  # moved out of the period
        onec_document(3, **changed),  # moved into it
        onec_document(4, **changed, Date=APRIL, СуммаДокумента="4.00"),  # open before and after
        onec_document(5),  # new
        onec_document(6, Posted=False),  # never imported
    ]
    applied = await applied_by(applying, of_1c(await running_task(engine), 1, rows))
    assert applied.outcome.counts == Counts(updated=1, rejected=4, skipped=1)
    assert [row_no for row_no, _, _ in refused(applied)] == [1, 2, 3, 5]
    back = [onec_document(1, **changed, Posted=False), _gone(2), _gone(3), onec_document(2)]
    applied = await applied_by(applying, of_1c(await running_task(engine), 1, back))
    assert applied.outcome.counts == Counts(retracted=1, rejected=2, unchanged=1)
    assert [row_no for row_no, _, _ in refused(applied)] == [1, 2]
    assert await _standing(engine) == [
        ("100.00", False),
        ("100.00", False),
        ("100.00", True),
        ("4.00", False),
    ]


async def test_an_administrators_sync_does_all_of_it(engine: AsyncEngine, applying: Applying) -> None:
    await loaded_from_1c(engine, applying)
    task_id = await running_task(engine)
    await override(engine, task_id)
    rows = [onec_document(1, DataVersion="AAAAAAAAAAI=", СуммаДокумента="1.00"), _gone(2), _gone(3)]
    applied = await applied_by(applying, of_1c(task_id, 1, rows))
    assert applied.outcome.counts == Counts(updated=1, retracted=2)
    assert applied.outcome.touched_closed == 2


async def test_a_dry_run_says_which_rows_would_be_refused(engine: AsyncEngine, applying: Applying) -> None:
    task_id = await running_task(engine, dry_run=True)
    applied = await applied_by(applying, recorded(task_id, 1, [document(1), april(2)]))
    assert applied.outcome.counts == Counts(created=1, rejected=1)
    async with engine.connect() as connection:
        rows = (await preview.rows(connection, UUID(task_id))).items
    assert [(row["verdict"], row["code"]) for row in rows] == [
        ("rejected", "period_closed"),
        ("created", None),
    ]


async def test_a_day_that_is_set_meanwhile_waits_for_the_batch_and_counts_for_the_next(
    engine: AsyncEngine, applying: Applying
) -> None:
    await close(engine, None)
    task_id = await running_task(engine)
    async with engine.connect() as held:
        # The batch is stopped in the middle: it shares the lock of the period and waits for another.
        await held.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK + 1})
        slow = asyncio.create_task(_slow(engine, task_id))
        await until_async(lambda: _waiting(engine, 1), "the batch is in the middle")
        setting = asyncio.create_task(_set(engine))
        await until_async(lambda: _waiting(engine, 2), "the change waits for it")
        behind = asyncio.create_task(applying.apply(recorded(task_id, 2, [document(2)], first_row=2)))
        await until_async(lambda: _waiting(engine, 3), "the next batch waits for the change")
        await held.rollback()
    assert await slow == 1, "judged by the day that held"
    await setting
    late = await behind
    assert late is not None
    assert late.outcome.counts == Counts(rejected=1)
    assert len(await rows_of(engine, task_id)) == 1


async def _slow(engine: AsyncEngine, task_id: str) -> int:
    """A batch that stops before it commits."""
    applying = Applying(engine, lambda _: _Slow(), "importer-2")
    applied = await applying.apply(recorded(task_id, 1, [document(1)]))
    assert applied is not None
    return applied.outcome.created


class _Slow:
    """The real kind, which stops when it has written."""

    name = "bank_transactions"
    upload = None
    in_order = False

    def source(self, *args: Any) -> Any:
        raise NotImplementedError

    async def write(self, connection: psycopg.AsyncConnection[Any], batch: Any) -> Any:
        result = await kind_named("bank_transactions").write(connection, batch)
        await connection.execute("SELECT pg_advisory_xact_lock_shared(%s)", [LOCK + 1])
        return result


async def _set(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        await connection.execute(
            text("INSERT INTO closed_period (closed_until, reason, set_by) VALUES (:until, 't', :by)"),
            {"until": UNTIL, "by": UUID(int=1)},
        )


async def _waiting(engine: AsyncEngine, many: int) -> bool:
    async with engine.connect() as connection:
        found = await connection.scalar(
            text(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        )
    return int(found or 0) >= many


def _gone(number: int) -> Row:
    return {"Ref_Key": str(UUID(int=number)), GONE: True, "Number": str(number)}


async def _standing(engine: AsyncEngine) -> list[tuple[str, bool]]:
    async with engine.connect() as connection:
        found = await connection.execute(text("SELECT amount, retracted FROM bank_transaction ORDER BY key"))
        return [(str(row.amount), row.retracted) for row in found]
