"""The kinds that learn and classify again, as an importer applies their batches."""

from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from events.records import Counts
from processors.importer.applying import Applying
from tests.jobs import booking
from tests.jobs.booking import Connection
from tests.processors.setting import recorded, running_task

pytestmark = pytest.mark.integration


@pytest.fixture
async def books(database_url: str) -> AsyncIterator[Connection]:
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as made:
        await booking.emptied(made)
        yield made


async def _rows(books: Connection, columns: str = "id::text AS id, number") -> list[dict[str, Any]]:
    async with books.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        await cursor.execute(f"SELECT {columns} FROM bank_transaction ORDER BY id")
        return await cursor.fetchall()


async def test_a_dry_run_says_what_the_run_then_does(
    engine: AsyncEngine, applying: Applying, books: Connection
) -> None:
    await booking.stored(books, number="1", category="Прочее", classified_by="preset", confidence=0.6)
    await booking.stored(books, number="2", category="Склад", classified_by="person", confidence=1)
    made = await booking.rule(books, "Помещения", purpose="арендная")
    before = await booking.categories(books)
    kind = "transactions_reclassify"
    rows = await _rows(books)
    counts = Counts(updated=1, unchanged=1)
    dry = await running_task(engine, kind=kind, dry_run=True)
    said = await applying.apply(recorded(dry, 1, rows, kind=kind, context={}))
    assert said is not None
    assert said.outcome.counts == counts
    assert await booking.categories(books) == before
    async with engine.connect() as connection:
        kept = await connection.execute(
            text("SELECT counts FROM preview_batch WHERE task_id = :t"), {"t": dry}
        )
        assert sum(kept.scalar_one()) == 2
    real = await running_task(engine, kind=kind)
    batch = recorded(real, 1, rows, kind=kind, context={})
    first, second = await applying.apply(batch), await applying.apply(batch)
    assert first is not None
    assert first.outcome.counts == counts
    assert second == first
    assert await booking.categories(books) == {
        "1": ("Помещения", f"rule:{made}"),
        "2": ("Склад", "person"),
    }


async def test_the_last_batch_of_a_training_makes_the_model(
    engine: AsyncEngine, applying: Applying, books: Connection
) -> None:
    await booking.confirmed(books)
    kind, context = "classifier_train", {"learned": 120}
    task_id = await running_task(engine, kind=kind)
    rows = await _rows(books, "category, direction, purpose, number")
    batches = [
        recorded(
            task_id,
            place + 1,
            rows[40 * place : 40 * (place + 1)],
            first_row=40 * place + 1,
            kind=kind,
            context=context,
        )
        for place in range(3)
    ]
    for batch in reversed(batches):
        for _ in range(2):
            applied = await applying.apply(batch)
            assert applied is not None
            assert applied.outcome.counts == Counts(created=40)
    found = await books.execute("SELECT id::text, version, active, transactions FROM classifier_model")
    assert await found.fetchall() == [(task_id, 1, True, 120)]
