"""One batch, one transaction: once, within the fence, row by row where the database refuses."""

import asyncio
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.errors import Fatal
from events.records import Counts
from infra.fence import fence_key
from jobs.base import TOO_LARGE, Batch, BatchResult, Kind
from jobs.kinds.registry import kind_named
from processors.importer.applying import Applying
from tests.processors.setting import document, end_attempt, recorded, rows_of, running_task

pytestmark = pytest.mark.integration


async def test_success_every_row_of_the_batch_is_a_transaction(
    engine: AsyncEngine, applying: Applying
) -> None:
    task_id = await running_task(engine)
    applied = await applying.apply(recorded(task_id, 1, [document(n) for n in range(1, 4)]))
    assert applied is not None
    assert applied.outcome.counts == Counts(created=3)
    assert [(row.number, str(row.amount), row.direction) for row in await rows_of(engine, task_id)] == [
        ("1", "100.00", "out"),
        ("2", "100.00", "out"),
        ("3", "100.00", "out"),
    ]


async def test_a_batch_delivered_twice_counts_once(engine: AsyncEngine, applying: Applying) -> None:
    task_id = await running_task(engine)
    batch = recorded(task_id, 1, [document(n) for n in range(5)])
    first, second = await applying.apply(batch), await applying.apply(batch)
    assert first is not None
    assert second == first
    assert len(await rows_of(engine, task_id)) == 5


async def test_two_importers_with_one_batch_write_it_once(engine: AsyncEngine, applying: Applying) -> None:
    task_id = await running_task(engine)
    batch = recorded(task_id, 1, [document(n) for n in range(200)])
    outcomes = await asyncio.gather(*(applying.apply(batch) for _ in range(4)))
    assert all(one is not None and one.outcome.created == 200 for one in outcomes)
    assert len(await rows_of(engine, task_id)) == 200


async def test_another_content_under_the_number_fails_by_name(
    engine: AsyncEngine, applying: Applying
) -> None:
    task_id = await running_task(engine)
    await applying.apply(recorded(task_id, 1, [document(1)]))
    with pytest.raises(Fatal) as refused:
        await applying.apply(recorded(task_id, 1, [document(2)]))
    assert refused.value.code == "batch_content_differs"


@pytest.mark.parametrize("state", ["cancelled", "finished"])
async def test_cancel_closes_the_fence(engine: AsyncEngine, applying: Applying, state: str) -> None:
    task_id = await running_task(engine)
    await end_attempt(engine, task_id, state)
    assert await applying.apply(recorded(task_id, 1, [document(1)])) is None
    assert await rows_of(engine, task_id) == []


async def test_a_batch_waits_for_who_closes_the_fence_and_then_writes_nothing(
    engine: AsyncEngine, applying: Applying
) -> None:
    task_id = await running_task(engine)
    async with engine.connect() as closing:
        await closing.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": fence_key(task_id, 1)})
        batch = asyncio.create_task(applying.apply(recorded(task_id, 1, [document(1)])))
        await _until_somebody_waits(engine)
        await closing.execute(
            text("UPDATE attempt SET state = 'cancelled' WHERE task_id = :task"), {"task": task_id}
        )
        await closing.commit()
    assert await batch is None
    assert await rows_of(engine, task_id) == []


async def test_failing_rows_are_rejected_with_row_field_value_and_reason(
    engine: AsyncEngine, applying: Applying
) -> None:
    task_id = await running_task(engine)
    rows = [
        document(1),
        document(2, Сумма="12,3,4"),
        document(3, Дата="31.02.2025", ДатаСписано="31.02.2025"),
    ]
    applied = await applying.apply(recorded(task_id, 1, rows, first_row=41))
    assert applied is not None
    assert applied.outcome.counts == Counts(created=1, rejected=2)
    assert [(one.row_no, one.field, one.value, one.code) for one in applied.rejects] == [
        (42, "Сумма", "12,3,4", "amount_malformed"),
        (43, "ДатаСписано", "31.02.2025", "date_impossible"),
    ]


async def test_two_honest_identical_payments_both_count(engine: AsyncEngine, applying: Applying) -> None:
    task_id = await running_task(engine)
    twice = recorded(task_id, 1, [document(1), document(1)], ordinals={"2": 1})
    applied = await applying.apply(twice)
    assert applied is not None
    assert applied.outcome.counts == Counts(created=2)


async def test_what_another_task_brought_is_a_duplicate_and_an_own_row_unchanged(
    engine: AsyncEngine, applying: Applying
) -> None:
    first, second = await running_task(engine), await running_task(engine)
    rows = [document(n) for n in range(700, 703)]
    await applying.apply(recorded(first, 1, rows))
    again = await applying.apply(recorded(second, 1, [*rows, document(703)]))
    same = await applying.apply(recorded(first, 2, rows))
    assert again is not None
    assert again.outcome.counts == Counts(created=1, duplicate=3)
    assert same is not None
    assert same.outcome.counts == Counts(unchanged=3)


async def test_a_dry_run_gives_the_verdicts_and_writes_no_row(
    engine: AsyncEngine, applying: Applying
) -> None:
    task_id = await running_task(engine, dry_run=True)
    batch = recorded(task_id, 1, [document(1), document(2, Сумма="")])
    applied = await applying.apply(batch)
    assert applied is not None
    assert applied.outcome.counts == Counts(created=1, rejected=1)
    assert await rows_of(engine, task_id) == []
    assert await applying.apply(batch) == applied


class _Refused:
    """A kind whose table refuses one value."""

    name = "bank_transactions"
    upload = None
    in_order = False
    source = kind_named("bank_transactions").source

    async def write(self, connection: psycopg.AsyncConnection[Any], batch: Batch) -> BatchResult:
        for row in batch.rows:
            await connection.execute("SELECT CAST(%s AS integer)", [row["Номер"]])
        return BatchResult(Counts(created=len(batch.rows)))


async def test_a_value_the_database_refuses_costs_its_row_and_no_other(engine: AsyncEngine) -> None:
    task_id = await running_task(engine)
    kind: Kind = _Refused()
    applying = Applying(engine, lambda _: kind, "importer-1")
    rows = [document(n) for n in range(1, 31)]
    rows[16] = document(0, Номер="семнадцать")
    applied = await applying.apply(recorded(task_id, 1, rows))
    assert applied is not None
    assert applied.outcome.counts == Counts(created=29, rejected=1)
    assert [(one.row_no, one.code) for one in applied.rejects] == [(17, "database_refused")]


async def test_a_row_no_message_can_carry_is_rejected(engine: AsyncEngine, applying: Applying) -> None:
    task_id = await running_task(engine)
    applied = await applying.apply(recorded(task_id, 1, [{TOO_LARGE: "1234567"}]))
    assert applied is not None
    assert [one.code for one in applied.rejects] == ["row_too_large"]


async def _until_somebody_waits(engine: AsyncEngine) -> None:
    while True:
        async with engine.connect() as connection:
            waiting = await connection.scalar(
                text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            )
        if waiting:
            return
        await asyncio.sleep(0.01)
