"""Classifying a period again: what today's rules, history and model say; a person's choice stays."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from domain.closing import ClosedPeriod
from domain.errors import Fatal
from infra.clock import new_id
from jobs.base import Batch, BatchResult, TaskSpec
from jobs.kinds.transactions_reclassify import TransactionsReclassify
from tests.databases import emptied
from tests.jobs import booking, pricing
from tests.jobs.booking import DAY, Connection

pytestmark = pytest.mark.integration

KIND = TransactionsReclassify()


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[Connection]:
    async with emptied(database_url, booking.TABLES) as made:
        yield made


async def reclassified(connection: Connection, url: str, size: int = 1_000) -> list[BatchResult]:
    await connection.commit()
    spec = TaskSpec(new_id(), 1, KIND.name, {"date_from": str(DAY), "date_to": str(DAY)}, {})
    survey, rows = await pricing.surveyed(KIND, spec, pricing.tools(url))
    return await pricing.worked(connection, KIND, spec, survey, rows, size)


def said(results: list[BatchResult]) -> dict[str, tuple[str, str | None]]:
    return {one.key: (one.verdict, one.code) for result in results for one in result.verdicts}


async def test_a_new_rule_reaches_what_is_there_and_only_the_period(
    connection: Connection, database_url: str
) -> None:
    await booking.stored(connection, number="1", category="Аренда", classified_by="preset", confidence=0.6)
    await booking.stored(connection, number="2", category="Склад", classified_by="person", confidence=1)
    await booking.stored(connection, number="3", booked_on=DAY + timedelta(1))
    await booking.stored(connection, number="4", purpose="Перечисление")
    await booking.stored(connection, number="5", retracted=True)
    made = await booking.rule(connection, "Помещения", purpose="арендная")
    assert said(await reclassified(connection, database_url)) == {
        "1": ("updated", "category_changes"),
        "2": ("unchanged", "category_by_person"),
        "4": ("unchanged", None),
    }
    expected = {
        "1": ("Помещения", f"rule:{made}"),
        "2": ("Склад", "person"),
        "3": (None, None),
        "4": (None, None),
        "5": (None, None),
    }
    assert await booking.categories(connection) == expected
    again = said(await reclassified(connection, database_url, size=1))
    assert [verdict for verdict, _ in again.values()] == ["unchanged"] * 3


async def test_a_pattern_that_is_none_stops_nobody(connection: Connection, database_url: str) -> None:
    await booking.stored(connection)
    await booking.rule(connection, "Никогда", purpose="(", is_pattern=True, priority=1)
    made = await booking.rule(connection, "Помещения", purpose="арендная")
    await reclassified(connection, database_url)
    assert await booking.categories(connection) == {"17": ("Помещения", f"rule:{made}")}


async def test_a_rule_that_goes_gives_back_what_the_source_said(
    connection: Connection, database_url: str
) -> None:
    await booking.stored(
        connection, category="Помещения", classified_by="rule:x", confidence=1, source_category="Аренда цеха"
    )
    await reclassified(connection, database_url)
    assert await booking.categories(connection) == {"17": ("Аренда цеха", "source")}


async def test_what_a_person_chooses_while_the_task_runs_stays(
    connection: Connection, database_url: str
) -> None:
    await booking.stored(connection, number="1")
    await connection.commit()
    spec = TaskSpec(new_id(), 1, KIND.name, {"date_from": str(DAY), "date_to": str(DAY)}, {})
    survey, rows = await pricing.surveyed(KIND, spec, pricing.tools(database_url))
    await connection.execute("UPDATE bank_transaction SET category = 'Склад', classified_by = 'person'")
    [result] = await pricing.worked(connection, KIND, spec, survey, rows)
    assert [one.code for one in result.verdicts] == ["category_by_person"]
    await connection.execute("DELETE FROM bank_transaction")
    [result] = await pricing.worked(connection, KIND, spec, survey, rows)
    assert (result.counts.skipped, result.verdicts[0].code) == (1, "transaction_gone")
    await connection.commit()


async def test_failing_without_days_nothing_is_read(database_url: str) -> None:
    with pytest.raises(Fatal, match="period_missing"):
        KIND.source(TaskSpec("t", 1, KIND.name, {"date_from": "2025-03-01"}, {}), pricing.tools(database_url))


@pytest.mark.parametrize("override", [False, True])
async def test_categories_of_the_closed_period_stay_without_a_reason(
    connection: Connection, database_url: str, override: bool
) -> None:
    last = [("1", DAY), ("2", DAY + timedelta(1))]
    ids = {day: await booking.stored(connection, number=number, booked_on=day) for number, day in last}
    await booking.rule(connection, "Помещения", purpose="арендная")
    spec = TaskSpec(new_id(), 1, KIND.name, {}, {})
    rows = [{"id": ids[day], "number": number} for number, day in last]
    batch = Batch(spec, 1, 1, rows, {}, {}, closed=ClosedPeriod(DAY, override))
    result = await KIND.write(connection, batch)
    changed = {"1": ("Помещения" if override else None), "2": "Помещения"}
    assert {number: one for number, (one, _) in (await booking.categories(connection)).items()} == changed
    assert [one.verdict for one in result.verdicts] == ["updated" if override else "rejected", "updated"]
    assert [(one.row_no, one.error.code) for one in result.rejects] == (
        [] if override else [(1, "period_closed")]
    )
    assert result.touched_closed == (1 if override else 0)
    again = await KIND.write(connection, batch)
    assert [one.verdict for one in again.verdicts][1] == "unchanged"
