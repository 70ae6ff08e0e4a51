"""A key in several batches of a dry run: told as the real run will have it."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from events.cloudevents import dump
from events.records import VERDICTS, Counts
from events.rows import BatchRecorded
from infra.postgres import create_engine, driver
from jobs.base import Batch, BatchResult, Row, RowVerdict, TaskSpec
from jobs.kinds.registry import kind_named
from processors.importer.applying import Applying
from processors.importer.once import once_each
from processors.importer.outcomes import Delivered, content_hash
from projections.queries import preview
from tests.processors.setting import end_attempt, running_task

pytestmark = pytest.mark.integration


def component(code: int, price: int = 1) -> Row:
    return {"code": f"А-{code}", "name": "Болт", "method": "manual", "manual_price": f"{price},50"}


def contractor(number: int, version: int = 1) -> Row:
    name = f"Контрагент {number}"
    return {"Ref_Key": str(UUID(int=number)), "DataVersion": f"v{version}", "Code": "", "Description": name}


def of_file(number: int, version: int = 1) -> Row:
    return {"name": f"Контрагент {version}", "inn": f"77000000{number:02}"}


# Kind, rows, what the context says they come from, table.
CASES = {
    "components": ("components", component, "table", "component"),
    "contractors": ("contractors", contractor, "onec", "contractor"),
    "contractors of a file": ("contractors", of_file, "commerceml", "contractor"),
}


def batch(task_id: str, case: str, batch_no: int, first_row: int, rows: list[Row]) -> Delivered:
    kind, _, source, _ = CASES[case]
    context = {"source": source}
    event = BatchRecorded(
        attempt=1, batch_no=batch_no, kind=kind, first_row=first_row, rows=rows, context=context
    )
    return Delivered(task_id, event, content_hash(dump(event)))


async def said(engine: AsyncEngine, task_id: str) -> list[tuple[str, str | None, dict[str, Any]]]:
    async with engine.connect() as connection:
        rows = (await preview.rows(connection, UUID(task_id), limit=500)).items
    return [(row["verdict"], row["code"], row["args"]) for row in rows]


@pytest.fixture(autouse=True)
async def _empty(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("TRUNCATE contractor, component, stock_lot, quote CASCADE"))


async def test_the_second_row_of_a_key_is_not_created_again(engine: AsyncEngine, applying: Applying) -> None:
    dry = await running_task(engine, dry_run=True)
    await applying.apply(batch(dry, "components", 1, 1, [component(1), component(2)]))
    second = await applying.apply(
        batch(dry, "components", 2, 3, [component(1), component(2, 9), component(3)])
    )
    third = await applying.apply(batch(dry, "components", 3, 6, [component(2, 9)]))
    assert second is not None
    assert third is not None
    assert second.outcome.counts == Counts(unchanged=1, updated=1, created=1)
    assert third.outcome.counts == Counts(unchanged=1)
    assert (await said(engine, dry))[2:] == [
        ("unchanged", "duplicate_in_file", {"row": 1}),
        ("updated", "changes_row_of_file", {"row": 2}),
        ("created", None, {}),
        ("unchanged", "duplicate_in_file", {"row": 4}),
    ]


async def test_a_batch_that_comes_late_is_told_of_the_later_row(
    engine: AsyncEngine, applying: Applying
) -> None:
    dry = await running_task(engine, dry_run=True)
    await applying.apply(batch(dry, "components", 2, 2, [component(1, 5)]))
    late = batch(dry, "components", 1, 1, [component(1)])
    first, again = await applying.apply(late), await applying.apply(late)
    assert first is not None
    assert again is not None
    assert first.outcome.counts == again.outcome.counts == Counts(duplicate=1)
    assert (await said(engine, dry))[0] == ("duplicate", "replaced_in_file", {"row": 2})


async def test_the_keys_of_a_dry_run_that_has_ended_are_forgotten(
    engine: AsyncEngine, applying: Applying
) -> None:
    old, new = await running_task(engine, dry_run=True), await running_task(engine, dry_run=True)
    await applying.apply(batch(old, "components", 1, 1, [component(1)]))
    await end_attempt(engine, old, "finished")
    created = await applying.apply(batch(new, "components", 1, 1, [component(1)]))
    assert created is not None
    assert created.outcome.counts == Counts(created=1)
    async with engine.connect() as connection:
        kept = set(await connection.scalars(text("SELECT DISTINCT task_id::text FROM preview_key")))
    assert (old in kept, new in kept) == (False, True)


async def test_a_real_run_leaves_no_keys(engine: AsyncEngine, applying: Applying) -> None:
    real = await running_task(engine)
    await applying.apply(batch(real, "components", 1, 1, [component(1)]))
    async with engine.connect() as connection:
        found = await connection.scalar(
            text("SELECT count(*) FROM preview_key WHERE task_id = :task"), {"task": real}
        )
    assert found == 0


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    case=st.sampled_from(sorted(CASES)),
    rows=st.lists(st.tuples(st.integers(1, 4), st.integers(1, 2)), min_size=1, max_size=10),
    known=st.lists(st.tuples(st.integers(1, 4), st.integers(1, 2)), max_size=2),
    cut=st.integers(1, 4),
)
async def test_what_the_preview_says_is_what_the_real_run_does(
    database_url: str, case: str, rows: list[tuple[int, int]], known: list[tuple[int, int]], cut: int
) -> None:
    engine = create_engine(database_url)
    _, make, _, table = CASES[case]
    try:
        async with engine.begin() as connection:
            await connection.execute(text(f"TRUNCATE {table} CASCADE"))
        applying = Applying(engine, kind_named, "importer-1")
        if known:
            before = await running_task(engine)
            await applying.apply(batch(before, case, 1, 1, [make(*one) for one in known]))
        counts = []
        for dry in (True, False):
            task_id, total = await running_task(engine, dry_run=dry), Counts()
            for number, start in enumerate(range(0, len(rows), cut), 1):
                part = [make(*one) for one in rows[start : start + cut]]
                done = await applying.apply(batch(task_id, case, number, start + 1, part))
                assert done is not None
                total += done.outcome.counts
            counts.append(total)
        dry_run, real = counts
        assert dry_run == real
        assert dry_run.total == len(rows) == sum(getattr(real, name) for name in VERDICTS)
    finally:
        await engine.dispose()


async def test_a_key_in_both_halves_of_a_batch_is_told_once(engine: AsyncEngine) -> None:
    said = tuple(RowVerdict("created", identity=key, content=key) for key in (b"a", b"b", b"a"))
    written = BatchResult(Counts(created=3), (), said)
    task = TaskSpec(await running_task(engine, dry_run=True), 1, "components", {}, {}, dry_run=True)
    async with engine.begin() as pooled:
        connection = await driver(pooled)
        told = await once_each(connection, Batch(task, 2, 11, [{}] * 3, {}, {}), written)
        later = await once_each(connection, Batch(task, 3, 21, [{}] * 3, {}, {}), written)
    assert told.counts == Counts(created=2, duplicate=1)
    assert told.verdicts[0].args == {"row": 13}
    assert later.counts == Counts(unchanged=2, duplicate=1)
