"""What a sync says is gone from 1C is taken back, once, whatever is delivered twice."""

from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from events.cloudevents import dump
from events.records import Counts
from events.rows import BatchRecorded
from infra.postgres import driver_of
from jobs.base import Row
from jobs.sources.onec import earlier
from jobs.sources.onec.gone import GONE, Imported
from jobs.sources.onec.settings import OneCMapping
from processors.importer.applying import Applying
from processors.importer.outcomes import Delivered, content_hash
from projections.queries import contractors, preview
from projections.queries.contractors import ContractorFilter
from tests.processors.paying import of_1c, onec_document
from tests.processors.setting import document, recorded, running_task

pytestmark = pytest.mark.integration


def gone(number: int, **shown: str) -> Row:
    return {"Ref_Key": str(UUID(int=number)), GONE: True, **({"Number": str(number)} | shown)}


async def retracted(engine: AsyncEngine, table: str = "bank_transaction") -> list[bool]:
    async with engine.connect() as connection:
        found = await connection.execute(text(f"SELECT retracted FROM {table} ORDER BY key"))
        return list(found.scalars())


async def counts_of(applying: Applying, delivered: Delivered) -> Counts:
    applied = await applying.apply(delivered)
    assert applied is not None
    return applied.outcome.counts


async def test_it_is_taken_back_beside_rows_that_are_there(engine: AsyncEngine, applying: Applying) -> None:
    first, second = await running_task(engine), await running_task(engine)
    await applying.apply(of_1c(first, 1, [onec_document(n) for n in (1, 2, 3)]))
    batch = of_1c(second, 1, [onec_document(1), gone(2), gone(9), onec_document(4)])
    assert await counts_of(applying, batch) == Counts(unchanged=1, retracted=1, skipped=1, created=1)
    assert await retracted(engine) == [False, True, False, False]
    # In another task it is told again, and nothing is left to do.
    third = await running_task(engine)
    assert await counts_of(applying, of_1c(third, 1, [gone(2), gone(3)])) == Counts(unchanged=1, retracted=1)


async def test_a_document_that_is_back_is_shown_again(engine: AsyncEngine, applying: Applying) -> None:
    task = await running_task(engine)
    await applying.apply(of_1c(task, 1, [onec_document(1)]))
    await applying.apply(of_1c(await running_task(engine), 1, [gone(1)]))
    back = of_1c(await running_task(engine), 1, [onec_document(1)])
    assert await counts_of(applying, back) == Counts(updated=1)
    assert await retracted(engine) == [False]


async def test_a_dry_run_takes_nothing_back_and_says_what_it_would(
    engine: AsyncEngine, applying: Applying
) -> None:
    await applying.apply(of_1c(await running_task(engine), 1, [onec_document(1)]))
    dry = await running_task(engine, dry_run=True)
    assert await counts_of(applying, of_1c(dry, 1, [gone(1), onec_document(2)])) == Counts(
        created=1, retracted=1
    )
    assert await retracted(engine) == [False]
    async with engine.connect() as connection:
        rows = (await preview.rows(connection, UUID(dry))).items
    assert [(row["verdict"], row["key"], row["code"]) for row in rows] == [
        ("retracted", "1", "deleted_in_1c"),
        ("created", "2", None),
    ]


async def test_earlier_documents_are_those_of_the_period_that_1c_brought(
    engine: AsyncEngine, applying: Applying, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(earlier, "PAGE", 2)
    days = ["2025-02-28", "2025-03-01", "2025-03-01", "2025-03-01", "2025-03-02", "2025-03-05"]
    rows = [onec_document(n, Date=f"{day}T10:00:00") for n, day in enumerate(days, 1)]
    rows[4]["Направление"] = "Поступление"
    await applying.apply(of_1c(await running_task(engine), 1, rows))
    await applying.apply(of_1c(await running_task(engine), 1, [rows[3] | {"Posted": False}]))
    await applying.apply(recorded(await running_task(engine), 1, [document(1)]))
    mapping = OneCMapping()
    of_period = earlier.documents(partial(driver_of, engine), mapping, date(2025, 3, 1), date(2025, 3, 4))
    found = [element async for element in of_period()]
    assert sorted(found, key=lambda one: one.ref) == [
        Imported(mapping.outgoing, str(UUID(int=2)), {"Number": "2", "Date": "2025-03-01"}),
        Imported(mapping.outgoing, str(UUID(int=3)), {"Number": "3", "Date": "2025-03-01"}),
        Imported(mapping.incoming, str(UUID(int=5)), {"Number": "5", "Date": "2025-03-02"}),
    ]


def contractor(number: int, **changed: Any) -> Row:
    return {
        "Ref_Key": str(UUID(int=number)),
        "DataVersion": "AAAA",
        "Code": f"{number:09d}",
        "Description": f"Контрагент {number}",
        "ИНН": "7700000005",
    } | changed


def contractors_of_1c(task_id: str, rows: list[Row]) -> Delivered:
    context = {"source": "onec"}
    event = BatchRecorded(attempt=1, batch_no=1, kind="contractors", first_row=1, rows=rows, context=context)
    return Delivered(task_id, event, content_hash(dump(event)))


async def test_contractors_are_taken_back_and_a_task_shows_all_it_did(
    engine: AsyncEngine, applying: Applying
) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("TRUNCATE contractor"))
    first, second = await running_task(engine), await running_task(engine)
    await applying.apply(contractors_of_1c(first, [contractor(n) for n in (1, 2, 3)]))
    changed = contractor(2, DataVersion="BBBB", Description="Другое имя")
    batch = contractors_of_1c(second, [contractor(1), changed, contractor(4), gone(3), gone(7)])
    assert await counts_of(applying, batch) == Counts(
        unchanged=1, updated=1, created=1, retracted=1, skipped=1
    )
    assert await retracted(engine, "contractor") == [False, False, True, False]
    async with engine.connect() as connection:
        listed = await contractors.listed(connection, ContractorFilter(task_id=UUID(second)))
        assert [row["name"] for row in listed.items] == ["Другое имя", "Контрагент 4"]
        listed = await contractors.listed(connection, ContractorFilter(task_id=UUID(first)))
        assert [row["name"] for row in listed.items] == ["Другое имя", "Контрагент 1"]

    found = [
        element.ref async for element in earlier.contractors(partial(driver_of, engine), OneCMapping())()
    ]
    assert found == [str(UUID(int=n)) for n in (1, 2, 4)]
