"""Undos are worked on by whichever importer is free: each row is given back once, and no import loses one."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from infra.kafka import Publisher
from infra.postgres import driver_of
from jobs.base import Kind
from jobs.kinds.registry import kinds
from jobs.kinds.undo_tables import TRANSACTIONS
from jobs.undoing import Undoing
from processors.importer.applying import Applying
from processors.importer.undoing import UndoWorker
from tests.processors.setting import document, recorded, running_task

pytestmark = pytest.mark.integration

BATCHES, SIZE = 6, 20
ROWS = BATCHES * SIZE


@pytest.fixture(autouse=True)
async def emptied(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(
            text("TRUNCATE undo, undo_row, undo_conflict, row_before, carried_row, repeated_transaction")
        )


def worker(engine: AsyncEngine, name: str, known: dict[str, Kind] | None = None) -> UndoWorker:
    """It tells nobody: what it would say is the bar's."""
    return UndoWorker(engine, known or kinds(), cast(Publisher, None), name, rows=7)


async def imported(engine: AsyncEngine, applying: Applying) -> str:
    """A task of ``ROWS`` documents, always the same ones."""
    task_id = await running_task(engine)
    for batch_no in range(1, BATCHES + 1):
        first = (batch_no - 1) * SIZE + 1
        rows = [document(number) for number in range(first, first + SIZE)]
        assert await applying.apply(recorded(task_id, batch_no, rows, first_row=first))
    return task_id


async def accepted(engine: AsyncEngine, *task_ids: str) -> None:
    async with engine.begin() as connection:
        for task_id in task_ids:
            await connection.execute(
                text(
                    "INSERT INTO undo (task_id, partition, kind, attempt, force)"
                    " VALUES (:task, 0, 'bank_transactions', 1, false)"
                ),
                {"task": task_id},
            )


async def worked(undos: UndoWorker) -> None:
    while await undos.step() is not None:
        pass


async def result(engine: AsyncEngine, task_id: str) -> Sequence[Any]:
    async with engine.connect() as connection:
        found = await connection.execute(
            text(
                "SELECT total, done, removed, restored, conflicts, finished_at IS NOT NULL FROM undo"
                " WHERE task_id = :task"
            ),
            {"task": task_id},
        )
        return tuple(found.one())


async def owned(engine: AsyncEngine, task_id: str) -> int:
    async with engine.connect() as connection:
        found = await connection.scalar(
            text("SELECT count(*) FROM bank_transaction WHERE task_id = :task"), {"task": task_id}
        )
        return int(found or 0)


async def test_several_importers_give_each_row_back_once(engine: AsyncEngine, applying: Applying) -> None:
    task_id = await imported(engine, applying)
    await accepted(engine, task_id)
    await asyncio.gather(*(worked(worker(engine, f"importer-{n}")) for n in range(3)))
    # Who found the undo in somebody's hands has left: what was left over is anybody's.
    await worked(worker(engine, "importer-3"))
    assert await result(engine, task_id) == (ROWS, ROWS, ROWS, 0, 0, True)
    assert await owned(engine, task_id) == 0


async def test_an_import_of_the_same_rows_meanwhile_loses_none(
    engine: AsyncEngine, applying: Applying
) -> None:
    one = await imported(engine, applying)
    await accepted(engine, one)
    two, _ = await asyncio.gather(imported(engine, applying), worked(worker(engine, "importer-1")))
    assert await owned(engine, one) == 0
    assert await owned(engine, two) == ROWS
    total, done, removed, _, conflicts, finished = await result(engine, one)
    assert (total, done, finished) == (ROWS, ROWS, True)
    assert removed + conflicts == ROWS


async def test_two_overlapping_imports_undone_at_once_leave_nothing(
    engine: AsyncEngine, applying: Applying
) -> None:
    one, two = await imported(engine, applying), await imported(engine, applying)
    await accepted(engine, one, two)
    await asyncio.gather(*(worked(worker(engine, f"importer-{n}")) for n in range(2)))
    await worked(worker(engine, "importer-2"))
    assert (await owned(engine, one), await owned(engine, two)) == (0, 0)


async def test_a_mistake_in_one_undo_rolls_it_back_and_lets_others_go_on(
    engine: AsyncEngine, applying: Applying
) -> None:
    class Mistaken:
        name = "bank_transactions"

        @property
        def undoing(self) -> Undoing:
            return replace(TRANSACTIONS, after_remove="SELECT no_such_column")

    one, two = await imported(engine, applying), await running_task(engine)
    await accepted(engine, one, two)
    undos = worker(engine, "importer-1", {"bank_transactions": cast(Kind, Mistaken())})
    assert await undos.step() is not None
    with pytest.raises(psycopg.errors.UndefinedColumn):
        await undos.step()
    assert await undos.step() is not None, "the other one, which has no rows"
    assert await undos.step() is None
    assert await owned(engine, one) == ROWS
    await worked(worker(engine, "importer-2"))
    assert await result(engine, one) == (ROWS, ROWS, ROWS, 0, 0, True)
    assert await result(engine, two) == (0, 0, 0, 0, 0, True)


async def test_an_undo_that_nobody_here_knows_waits(engine: AsyncEngine, applying: Applying) -> None:
    task_id = await imported(engine, applying)
    await accepted(engine, task_id)
    assert await worker(engine, "importer-1", {"contractors": kinds()["contractors"]}).step() is None
    async with driver_of(engine) as connection, connection.transaction():
        # Somebody else has it in hand.
        await connection.execute("SELECT FROM undo FOR UPDATE")
        assert await worker(engine, "importer-1").step() is None
    assert await owned(engine, task_id) == ROWS
