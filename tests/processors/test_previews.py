"""A dry run says of every row what would become of it; the real run says where that has changed."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from events.records import VERDICTS, Counts
from infra.postgres import create_engine
from jobs.kinds.registry import kind_named
from processors.importer.applying import Applying
from projections.queries import preview
from tests.processors.setting import document, recorded, rows_of, running_task

pytestmark = pytest.mark.integration

BAD = {"Сумма": "много"}


async def said(engine: AsyncEngine, task_id: str, **asked: Any) -> list[dict[str, Any]]:
    async with engine.connect() as connection:
        return (await preview.rows(connection, task_id, limit=500, **asked)).items  # type: ignore[arg-type]


async def test_success_every_row_has_a_verdict_and_a_reason_and_nothing_is_written(
    engine: AsyncEngine, applying: Applying
) -> None:
    earlier = await running_task(engine)
    await applying.apply(recorded(earlier, 1, [document(1)]))
    task_id = await running_task(engine, dry_run=True)
    rows = [document(1), document(2), document(3, **BAD), document(2)]
    applied = await applying.apply(recorded(task_id, 1, rows, first_row=11))
    assert applied is not None
    assert applied.outcome.counts == Counts(created=1, duplicate=2, rejected=1)
    found = await said(engine, task_id)
    assert [(row["row"], row["verdict"], row["code"]) for row in found] == [
        (11, "duplicate", "duplicate_of"),
        (12, "created", None),
        (13, "rejected", "amount_malformed"),
        (14, "duplicate", "duplicate_in_file"),
    ]
    assert found[0]["args"] == {"task_id": earlier, "row": 1}
    assert (found[2]["field"], found[2]["value"]) == ("Сумма", "много")
    assert found[3]["args"] == {"row": 12}
    assert await rows_of(engine, task_id) == []
    assert [row["row"] for row in await said(engine, task_id, verdict="duplicate")] == [11, 14]


async def test_the_real_run_names_the_rows_that_have_changed_meanwhile(
    engine: AsyncEngine, applying: Applying
) -> None:
    rows = [document(n) for n in range(1, 9)]
    dry = await running_task(engine, dry_run=True)
    await applying.apply(recorded(dry, 1, rows[:4]))
    await applying.apply(recorded(dry, 2, rows[4:], first_row=5))
    other = await running_task(engine)
    await applying.apply(recorded(other, 1, [rows[2], rows[6]]))
    real = await running_task(engine, preview=dry)
    # Cut in another way than the preview was.
    await applying.apply(recorded(real, 1, rows[:6]))
    await applying.apply(recorded(real, 2, rows[6:], first_row=7))
    assert [(row["row"], row["before"], row["verdict"]) for row in await said(engine, real)] == [
        (3, "created", "duplicate"),
        (7, "created", "duplicate"),
    ]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    numbers=st.lists(st.integers(1, 6), min_size=1, max_size=12),
    known=st.lists(st.integers(1, 6), max_size=4),
    bad=st.sets(st.integers(0, 11), max_size=3),
)
async def test_what_the_preview_says_is_what_the_real_run_does(
    database_url: str, numbers: list[int], known: list[int], bad: set[int]
) -> None:
    engine = create_engine(database_url)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("TRUNCATE bank_transaction"))
        applying = Applying(engine, kind_named, "importer-1")
        if known:
            await applying.apply(recorded(await running_task(engine), 1, [document(n) for n in known]))
        rows = [document(n, **(BAD if place in bad else {})) for place, n in enumerate(numbers)]
        dry, real = await running_task(engine, dry_run=True), await running_task(engine)
        await applying.apply(recorded(dry, 1, rows))
        done = await applying.apply(recorded(real, 1, rows))
        verdicts = [row["verdict"] for row in await said(engine, dry)]
        assert done is not None
        assert {name: verdicts.count(name) for name in VERDICTS} == done.outcome.counts.model_dump()
    finally:
        await engine.dispose()
