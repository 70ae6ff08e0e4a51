"""A shadow writes as its original would, says what that changes, and leaves nothing behind."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from events.cloudevents import dump
from events.records import Counts
from processors.importer.applying import Applying
from processors.importer.outcomes import Delivered, content_hash
from projections.queries import preview, shadows
from tests.processors.setting import document, end_attempt, recorded, rows_of, running_task

pytestmark = pytest.mark.integration

ROWS = [document(n, НазначениеПлатежа=f"Зеркало {n}") for n in range(1, 5)]


async def forget_rules(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("TRUNCATE classification_rule"))


@pytest.fixture(autouse=True)
async def rules(engine: AsyncEngine) -> AsyncIterator[None]:
    """None that another test has made, and none that another would find."""
    await forget_rules(engine)
    yield
    await forget_rules(engine)


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


async def test_what_a_person_chose_stays_and_so_does_what_another_import_has_brought(
    engine: AsyncEngine, applying: Applying
) -> None:
    of = await original(engine, applying)
    async with engine.begin() as connection:
        chosen = "UPDATE bank_transaction SET category = 'Своя', classified_by = 'person' WHERE row_no = 2"
        await connection.execute(text(chosen))
    await add_rule(engine, "зеркало")
    other = await running_task(engine)
    applied = await applying.apply(recorded(other, 1, [*ROWS[:2], document(9)]))
    assert applied is not None
    assert applied.outcome.counts == Counts(created=1, duplicate=2)
    _, counts = await shadow(engine, applying, other, [*ROWS[:2], document(9)])
    assert counts == Counts(unchanged=1, duplicate=2)
    task_id, counts = await shadow(engine, applying, of)
    assert counts == Counts(unchanged=1, updated=3)
    assert [row["row"] for row in await told(engine, task_id, change="classified")] == [1, 3, 4]
    async with engine.connect() as connection:
        said = {row["row"]: row["code"] for row in (await preview.rows(connection, UUID(task_id))).items}
    assert said == dict.fromkeys((1, 3, 4), "category_changes") | {2: "category_by_person"}


async def test_a_replay_does_what_the_shadow_has_said(engine: AsyncEngine, applying: Applying) -> None:
    of = await original(engine, applying)
    await add_rule(engine, "зеркало 3")
    task_id, counts = await shadow(engine, applying, of)
    wanted = await told(engine, task_id)
    await end_attempt(engine, of, "finished")
    async with engine.begin() as connection:
        again = "INSERT INTO attempt (task_id, attempt, state) VALUES (:of, 2, 'current')"
        await connection.execute(text(again), {"of": of})
    event = recorded(of, 1, ROWS).event.model_copy(update={"attempt": 2})
    applied = await applying.apply(Delivered(of, event, content_hash(dump(event))))
    assert applied is not None
    assert applied.outcome.counts == counts == Counts(unchanged=3, updated=1)
    categories = {row.row_no: row.category for row in await rows_of(engine, of)}
    assert categories[3] == "Услуги" == wanted[0]["changes"]["category"][1]
    assert {no for no, category in categories.items() if category == "Услуги"} == {3}


async def test_without_automatic_categories_nothing_is_classified_anew(
    engine: AsyncEngine, applying: Applying
) -> None:
    of = await original(engine, applying, auto_classify=False)
    await add_rule(engine, "зеркало")
    source = {"type": "upload", "shadow_of": of}
    task_id = await running_task(engine, dry_run=True, source=source, auto_classify=False)
    applied = await applying.apply(recorded(task_id, 1, ROWS, dry_run=True))
    assert applied is not None
    assert applied.outcome.counts == Counts(unchanged=4)


async def test_a_row_that_stands_rejected_is_told_when_it_would_be_loaded(
    engine: AsyncEngine, applying: Applying
) -> None:
    bad = [*ROWS[:3], document(4, Сумма="много")]
    of = await running_task(engine)
    await applying.apply(recorded(of, 1, bad))
    task_id = await running_task(engine, dry_run=True, source={"type": "upload", "shadow_of": of})
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO replay_plan (task_id, attempt, origin, scope, plan, rejected)"
                " VALUES (:task, 1, 1, 'all', '', '{4}')"
            ),
            {"task": task_id},
        )
    mended = [document(1, Сумма="мало"), *ROWS[1:]]
    await applying.apply(recorded(task_id, 1, mended, dry_run=True))
    rows = await told(engine, task_id)
    assert [(row["row"], row["would"], row["before"]) for row in rows] == [
        (1, ("refused",), None),
        (4, ("created", "accepted"), "rejected"),
    ]
    assert rows[1]["changes"]["amount"] == [None, "100.00"]
    assert await told(engine, task_id, field="amount") == []
    async with engine.connect() as connection:
        said = await shadows.counted(connection, UUID(task_id))
    assert (said.rows, said.changes) == (2, {"refused": 1, "created": 1, "accepted": 1})
