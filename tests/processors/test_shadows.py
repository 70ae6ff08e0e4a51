"""A shadow writes as its original would, says what that changes, and leaves nothing behind."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from events.records import Counts
from processors.importer.applying import Applying
from projections.queries import shadows
from tests.processors.setting import document, recorded, rows_of, running_task

pytestmark = pytest.mark.integration

ROWS = [document(n, НазначениеПлатежа=f"Зеркало {n}") for n in range(1, 5)]


async def original(engine: AsyncEngine, applying: Applying, **params: Any) -> str:
    task_id = await running_task(engine, **params)
    applied = await applying.apply(recorded(task_id, 1, ROWS))
    assert applied is not None
    assert applied.outcome.counts == Counts(created=4)
    return task_id


async def shadow(
    engine: AsyncEngine, applying: Applying, of: str, rows: list[dict[str, str]] = ROWS
) -> tuple[str, Counts]:
    task_id = await running_task(engine, dry_run=True, source={"type": "upload", "shadow_of": of})
    applied = await applying.apply(recorded(task_id, 1, rows, dry_run=True))
    assert applied is not None
    return task_id, applied.outcome.counts


async def add_rule(engine: AsyncEngine, purpose: str) -> str:
    async with engine.begin() as connection:
        return str(
            await connection.scalar(
                text(
                    "INSERT INTO classification_rule (category, purpose) VALUES ('Услуги', :purpose)"
                    " RETURNING id"
                ),
                {"purpose": purpose},
            )
        )


async def told(engine: AsyncEngine, task_id: str, **asked: Any) -> list[dict[str, Any]]:
    async with engine.connect() as connection:
        page = await shadows.rows(connection, UUID(task_id), shadows.Asked(**asked))
        return page.items


async def test_success_by_todays_rules_rows_are_classified_otherwise_and_nothing_is_written(
    engine: AsyncEngine, applying: Applying
) -> None:
    of = await original(engine, applying)
    before = await rows_of(engine, of)
    assert (await shadow(engine, applying, of))[1] == Counts(unchanged=4)
    rule = await add_rule(engine, "зеркало 2")
    task_id, counts = await shadow(engine, applying, of)
    assert counts == Counts(unchanged=3, updated=1)
    [row] = await told(engine, task_id)
    assert (row["row"], row["would"]) == (2, ("updated", "classified"))
    assert row["changes"] == {
        "category": [None, "Услуги"],
        "classified_by": [None, f"rule:{rule}"],
        "confidence": [None, "1"],
    }
    assert await rows_of(engine, of) == before
