"""What cleanup leaves of a task is removed by importers; what others need, or what was imported, stays."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from infra.clock import new_id
from jobs.cleaning import BESIDE, GOING, SHOWN, STAYING, STAYING_SHOWN
from processors.importer.applying import Applying
from processors.importer.forgetting import Forgetting
from tests.processors.paying import of_1c, onec_document
from tests.processors.setting import document, recorded, rows_of, running_task

pytestmark = pytest.mark.integration

# What alembic keeps of itself.
_VERSIONS = frozenset({"alembic_version"})


async def scalar(engine: AsyncEngine, statement: str, **values: Any) -> Any:
    async with engine.connect() as connection:
        return await connection.scalar(text(statement), values)


async def execute(engine: AsyncEngine, statement: str, **values: Any) -> None:
    async with engine.begin() as connection:
        await connection.execute(text(statement), values)


async def tables(engine: AsyncEngine, schema: str) -> set[str]:
    async with engine.connect() as connection:
        found = await connection.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = :schema"), {"schema": schema}
        )
        return {name for name in found if name not in _VERSIONS}


async def purge(engine: AsyncEngine, task_id: str) -> None:
    """What the conductor does with it."""
    await execute(
        engine,
        'UPDATE task_state SET state = \'{"name": "purged", "seq": 9}\' WHERE task_id = :task',
        task=task_id,
    )
    await execute(
        engine, "INSERT INTO leftover (task_id, kind) VALUES (:task, 'bank_transactions')", task=task_id
    )


async def forgotten(engine: AsyncEngine, rows: int = 2) -> None:
    while await Forgetting(engine, rows).step():
        pass


async def test_of_every_table_it_is_said_what_becomes_of_it(engine: AsyncEngine) -> None:
    """A new table: say in ``jobs.cleaning`` whether cleanup of a task takes its rows, or why not."""
    assert await tables(engine, "public") == {*GOING, *STAYING, *BESIDE}
    assert await tables(engine, "read") == {*SHOWN, *STAYING_SHOWN}
    assert not GOING.keys() & STAYING.keys()


async def test_the_statement_of_each_table_is_one(engine: AsyncEngine) -> None:
    await execute(engine, "INSERT INTO leftover (task_id, kind) VALUES (:task, '')", task=new_id())
    await forgotten(engine)
    assert await scalar(engine, "SELECT count(*) FROM leftover") == 0


async def test_what_a_replay_would_read_goes_and_what_was_imported_stays(
    engine: AsyncEngine, applying: Applying
) -> None:
    task_id, other = await running_task(engine), await running_task(engine)
    for task in (task_id, other):
        for batch_no in range(1, 8):
            number = batch_no if task == task_id else batch_no + 100
            rows = [document(number), document(0, Сумма="x")]
            await applying.apply(recorded(task, batch_no, rows, first_row=batch_no * 2 - 1))
    await purge(engine, task_id)
    # Several importers at once, some rows each.
    await asyncio.gather(*(forgotten(engine) for _ in range(3)))
    await forgotten(engine)
    count = "SELECT count(*) FROM applied_batch WHERE task_id = :task"
    assert await scalar(engine, count, task=task_id) == 0, "rejected rows with it"
    assert await scalar(engine, count, task=other) == 7
    assert len(await rows_of(engine, task_id)) == 7
    assert await scalar(engine, "SELECT count(*) FROM leftover") == 0
    assert await scalar(engine, "SELECT state FROM attempt WHERE task_id = :task", task=task_id)


async def test_earlier_values_stay_while_who_wrote_them_may_still_be_undone(
    engine: AsyncEngine, applying: Applying
) -> None:
    one, two, three = [await running_task(engine) for _ in range(3)]
    for version, task in zip(("AAA=", "AAB=", "AAC="), (one, two, three), strict=True):
        await applying.apply(of_1c(task, 1, [onec_document(1, DataVersion=version)]))
    count = "SELECT count(*) FROM row_before WHERE task_id = :task"
    await purge(engine, two)
    await forgotten(engine)
    assert await scalar(engine, count, task=two) == 1, "the first one's undo asks who wrote over it"
    assert await scalar(engine, count, task=three) == 1
    await purge(engine, one)
    await forgotten(engine)
    assert await scalar(engine, count, task=two) == 0
    assert await scalar(engine, count, task=three) == 1, "the third can be undone"
