"""The page about new kinds works as it stands: its file is a kind, its rows end where it says."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.errors import UnsupportedFormat
from events.records import Counts
from infra.clock import new_id
from infra.objects import ObjectStore
from infra.postgres import create_engine
from jobs.base import Kind, Source, SourceTools, TaskSpec
from processors.importer.applying import Applying
from projections.queries import preview
from tests.docs.blocks import blocks
from tests.processors.setting import recorded, running_task

pytestmark = pytest.mark.integration

PAGE = "docs/adding-a-task-kind.md"
FILE = b"""{"day": "2026-01-01", "name": "New Year"}
{"day": "2026-01-07", "name": "Christmas"}
{"day": "2026-02-31", "name": "no such day"}
{"day": "2026-01-07", "name": "Christmas again"}
{"day": "2026-02-23", "name": "Defender's day"}
"""


@pytest.fixture(scope="module")
def kind() -> Kind:
    module: dict[str, Any] = {"__name__": "jobs.kinds.holidays"}
    [code] = blocks(PAGE, "python")
    exec(compile(code, PAGE, "exec"), module)
    made: Kind = module["Holidays"]()
    return made


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    made = create_engine(database_url)
    [table] = blocks(PAGE, "sql")
    async with made.begin() as connection:
        await connection.execute(text("DROP TABLE IF EXISTS holiday"))
        await connection.execute(text(table))
    yield made
    await made.dispose()


async def rows_from(source: Source) -> list[Any]:
    await source.survey()
    return [row async for page in source.pages() for row in page.rows]


async def test_success_the_kind_of_the_page_imports_a_file(engine: AsyncEngine, kind: Kind) -> None:
    store = ObjectStore.from_url("memory:///")

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(FILE), 50):
            yield FILE[start : start + 50]

    stored = await store.put_stream(chunks(), 10_000)
    task = TaskSpec(new_id(), 1, kind.name, {}, {"path": stored.path})
    source = kind.source(task, SourceTools(store, str))
    rows = await rows_from(source)
    assert source.summary().rows == len(rows) == 5
    assert await rows_from(source) == rows

    applying = Applying(engine, lambda _: kind, "importer-1")
    dry, real = await running_task(engine, dry_run=True), await running_task(engine)
    for task_id in (dry, real):
        first = await applying.apply(recorded(task_id, 1, rows[:3]))
        second = await applying.apply(recorded(task_id, 2, rows[3:], first_row=4))
        assert first is not None
        assert second is not None
        assert first.outcome.counts == Counts(created=2, rejected=1)
        assert [(reject.row_no, reject.code) for reject in first.rejects] == [(3, "row_malformed")]
    assert second is not None
    assert second.outcome.counts == Counts(created=1, duplicate=1)
    async with engine.connect() as connection:
        stored_days = (await connection.execute(text("SELECT day::text, name FROM holiday ORDER BY 1"))).all()
        verdicts = (await preview.rows(connection, UUID(dry))).items
    assert [tuple(row) for row in stored_days] == [
        ("2026-01-01", "New Year"),
        ("2026-01-07", "Christmas"),
        ("2026-02-23", "Defender's day"),
    ]
    # Batches of a dry run do not see each other: only the real run knows that a day comes twice.
    assert [row["verdict"] for row in verdicts] == ["created", "created", "rejected", "created", "created"]


def test_another_format_is_refused_at_the_door(kind: Kind) -> None:
    assert kind.upload is not None
    kind.upload.check(FILE)
    with pytest.raises(UnsupportedFormat):
        kind.upload.check(b"PK\x03\x04")
