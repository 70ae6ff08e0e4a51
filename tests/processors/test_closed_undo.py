"""An undo leaves what is booked in the closed period, and says so; with a reason it gives that back too."""

from collections.abc import AsyncIterator
from typing import cast

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.closing import ClosedPeriod
from infra.kafka import Publisher
from infra.postgres import create_engine, driver_of
from jobs.base import Row
from jobs.kinds.registry import kinds
from jobs.kinds.undo_tables import QUOTES, TRANSACTIONS
from jobs.undoing import foresee, foresee_conflicts
from processors.importer.applying import Applying
from processors.importer.undoing import UndoWorker
from tests.processors.closing import UNTIL, close, override
from tests.processors.paying import of_1c, onec_document
from tests.processors.setting import document, recorded, rows_of, running_task

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
async def opened(database_url: str) -> AsyncIterator[None]:
    """Everything is open before and after each test."""
    engine = create_engine(database_url)
    await close(engine, None)
    async with engine.begin() as connection:
        await connection.execute(text("TRUNCATE undo, undo_row, undo_conflict, row_before, carried_row"))
    yield
    await close(engine, None)
    await engine.dispose()


def april(number: int) -> Row:
    return document(number, Дата="01.04.2025", ДатаСписано="01.04.2025")


async def imported(engine: AsyncEngine, applying: Applying) -> str:
    """Documents 1 and 2 of March, 3 of April; then March is closed."""
    task_id = await running_task(engine)
    await applying.apply(recorded(task_id, 1, [document(1), document(2), april(3)]))
    await close(engine)
    return task_id


async def undone(
    engine: AsyncEngine, task_id: str, reason: str | None = None, *, force: bool = False
) -> None:
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO undo (task_id, partition, kind, attempt, force, closed_period_override)"
                " VALUES (:task, 0, 'bank_transactions', 1, :force, :reason)"
            ),
            {"task": task_id, "force": force, "reason": reason},
        )
    worker = UndoWorker(engine, kinds(), cast(Publisher, None), "importer-1", rows=2)
    while await worker.step() is not None:
        pass


async def told(engine: AsyncEngine, task_id: str) -> tuple[object, ...]:
    async with engine.connect() as connection:
        found = await connection.execute(
            text("SELECT removed, restored, conflicts, touched_closed FROM undo WHERE task_id = :task"),
            {"task": task_id},
        )
        return tuple(found.one())


@pytest.mark.parametrize("force", [False, True])
async def test_closed_rows_are_conflicts_forced_or_not(
    engine: AsyncEngine, applying: Applying, force: bool
) -> None:
    task_id = await imported(engine, applying)
    await undone(engine, task_id, force=force)
    assert await told(engine, task_id) == (1, 0, 2, 0)
    assert [row.number for row in await rows_of(engine, task_id)] == ["1", "2"]
    async with engine.connect() as connection:
        found = await connection.execute(
            text("SELECT shown, reason, action FROM undo_conflict ORDER BY shown")
        )
        assert [tuple(row) for row in found] == [
            ("1", "period_closed", "leave"),
            ("2", "period_closed", "leave"),
        ]


async def test_with_a_reason_they_are_given_back_and_counted(engine: AsyncEngine, applying: Applying) -> None:
    task_id = await imported(engine, applying)
    await undone(engine, task_id, await override(engine, task_id))
    assert await told(engine, task_id) == (3, 0, 0, 2)
    assert await rows_of(engine, task_id) == []


async def test_a_row_that_was_moved_out_of_the_period_may_not_go_back_into_it(
    engine: AsyncEngine, applying: Applying
) -> None:
    first, second = await running_task(engine), await running_task(engine)
    await applying.apply(of_1c(first, 1, [onec_document(1)]))
    moved = onec_document(1, DataVersion="AAAAAAAAAAI=", Date="2025-04-02T12:00:00")
    await applying.apply(of_1c(second, 1, [moved]))
    await close(engine)
    await undone(engine, second)
    assert await told(engine, second) == (0, 0, 1, 0)
    assert [str(row.booked_on) for row in await rows_of(engine, first)] == ["2025-04-02"]


async def test_the_preview_says_the_same(engine: AsyncEngine, applying: Applying) -> None:
    task_id = await imported(engine, applying)
    expected: list[tuple[ClosedPeriod | None, dict[str | None, int]]] = [
        (None, {None: 3}),
        (ClosedPeriod(UNTIL), {None: 1, "period_closed": 2}),
        (ClosedPeriod(UNTIL, override=True), {None: 3}),
    ]
    async with driver_of(engine) as connection:
        for closed, by_reason in expected:
            groups = await foresee(connection, TRANSACTIONS, task_id, force=False, closed=closed)
            counted: dict[str | None, int] = {}
            for group in groups:
                counted[group.reason] = counted.get(group.reason, 0) + group.rows
            assert counted == by_reason
            rows = await foresee_conflicts(
                connection, TRANSACTIONS, task_id, force=False, after="", limit=10, closed=closed
            )
            assert [row.reason for row in rows] == ["period_closed"] * by_reason.get("period_closed", 0)
            assert sum(group.rows for group in groups if group.closed) == (0 if closed is None else 2)
        # Days that are no booking dates are in no period.
        assert await foresee(connection, QUOTES, task_id, force=False, closed=ClosedPeriod(UNTIL)) == []
