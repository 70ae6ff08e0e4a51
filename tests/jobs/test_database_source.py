"""Rows of PostgreSQL are read at one moment and stay what they were, whoever reads them and how often."""

import psycopg
import pytest

from domain.errors import Fatal
from events.records import Counts
from infra.clock import new_id
from infra.objects import ObjectStore
from jobs.base import Row, SourceTools, TaskSpec
from jobs.results import named_results
from jobs.sources.database import PAGE_ROWS, DatabaseSource, Question
from tests.jobs import pricing

pytestmark = pytest.mark.integration

NUMBERS = Question(f"SELECT n, now()::text AS at FROM generate_series(1, {2 * PAGE_ROWS + 1}) n ORDER BY n")


def spec(attempt: int = 1, task_id: str = "t") -> TaskSpec:
    return TaskSpec(task_id, attempt, "recalculate", {}, {})


async def rows(source: DatabaseSource) -> list[Row]:
    survey = await source.survey()
    found = [row async for page in source.pages() for row in page.rows]
    assert len(found) == survey.rows == source.summary().rows
    return found


async def test_another_reader_sees_the_same_and_another_attempt_asks_again(database_url: str) -> None:
    tools, task_id = pricing.tools(database_url), new_id()
    first = await rows(DatabaseSource(spec(1, task_id), tools, NUMBERS))
    assert [row["n"] for row in first] == list(range(1, 2 * PAGE_ROWS + 2))
    assert len({row["at"] for row in first}) == 1
    assert await rows(DatabaseSource(spec(1, task_id), tools, NUMBERS)) == first
    assert await rows(DatabaseSource(spec(2, task_id), tools, NUMBERS)) != first


class Failing(ObjectStore):
    """Keeps one page and then fails, as a store that fills up."""

    kept = 0

    async def put_if_absent(self, path: str, data: bytes) -> bytes:
        self.kept += 1
        if self.kept > 1:
            raise OSError("no space left")
        return await super().put_if_absent(path, data)


async def test_a_reading_that_was_cut_short_counts_for_nothing(database_url: str) -> None:
    objects = Failing.from_url("memory:///")
    tools = pricing.tools(database_url, objects)
    with pytest.raises(OSError, match="no space"):
        await DatabaseSource(spec(), tools, NUMBERS).survey()
    objects.kept = -10
    found = await rows(DatabaseSource(spec(), tools, NUMBERS))
    assert len({row["at"] for row in found}) == 1


async def test_failing_without_rows_connection_or_pages_it_says_so(database_url: str) -> None:
    tools = pricing.tools(database_url)
    none = Question("SELECT 1 AS n WHERE false", needed="n")
    with pytest.raises(Fatal, match="nothing_to_read"):
        await DatabaseSource(spec(3), tools, none).survey()
    with pytest.raises(Fatal, match="database_not_configured"):
        await DatabaseSource(spec(4), SourceTools(tools.objects, str), none).survey()
    lost = DatabaseSource(spec(5), tools, NUMBERS)
    await lost.survey()
    lost._survey = {"folder": "pages/elsewhere", "pages": 1, "rows": 1}
    with pytest.raises(Fatal, match="stored_page_missing"):
        [page async for page in lost.pages()]
    with pytest.raises(psycopg.Error):
        await DatabaseSource(spec(6), tools, Question("DELETE FROM component RETURNING id")).survey()


def test_a_kind_names_its_results() -> None:
    counts = Counts(updated=2, skipped=1)
    assert named_results("recalculate", counts) == {"components_total": 3, "without_quotes": 1}
    listed = Counts(created=2, unchanged=3, rejected=1, skipped=4)
    assert named_results("pricelist_create", listed) == {"items_total": 5, "without_price": 4}
    assert named_results("bank_transactions", counts) == {}
