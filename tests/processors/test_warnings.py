"""Rows that look wrong in something are used, counted and kept where a person can list them."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from events.records import Counts
from processors.importer.applying import Applying
from tests.processors.paying import of_1c, onec_document
from tests.processors.setting import document, recorded, rows_of, running_task

pytestmark = pytest.mark.integration

RIGHT, WRONG = "7707083893", "7707083892"


async def warned(engine: AsyncEngine, task_id: str) -> list[Any]:
    async with engine.connect() as connection:
        found = await connection.execute(
            text("SELECT row_no, key, codes, args FROM warned_row WHERE task_id = :task ORDER BY row_no"),
            {"task": task_id},
        )
        return [tuple(row) for row in found]


async def test_a_wrong_number_of_a_counterparty_is_counted_and_the_row_is_used(
    engine: AsyncEngine, applying: Applying
) -> None:
    task_id = await running_task(engine)
    rows = [
        document(1, ПолучательИНН=RIGHT),
        document(2, ПолучательИНН=WRONG, ПолучательКПП="77"),
        document(3, ПолучательИНН=WRONG, Сумма="нет"),
    ]
    batch = recorded(task_id, 1, rows, first_row=41)
    first, again = await applying.apply(batch), await applying.apply(batch)
    assert first is not None
    assert first == again
    assert (first.outcome.counts, first.outcome.warned) == (Counts(created=2, rejected=1), 1)
    told = {"name": "ООО Ромашка", "inn": WRONG, "kpp": "77"}
    assert await warned(engine, task_id) == [(42, "2", ["inn_checksum", "kpp_length"], told)]
    assert len(await rows_of(engine, task_id)) == 2


async def test_a_dry_run_tells_them_too_and_a_refused_row_is_none(
    engine: AsyncEngine, applying: Applying
) -> None:
    task_id = await running_task(engine, dry_run=True)
    too_much = document(2, ПолучательИНН=WRONG, Сумма="99999999999999999999.00")
    rows = [document(1, ПолучательИНН=WRONG), too_much, document(3, ПолучательИНН=WRONG)]
    applied = await applying.apply(recorded(task_id, 1, rows))
    assert applied is not None
    assert (applied.outcome.counts, applied.outcome.warned) == (Counts(created=2, rejected=1), 2)
    assert [row_no for row_no, *_ in await warned(engine, task_id)] == [1, 3]
    assert await rows_of(engine, task_id) == []


async def test_what_1c_takes_back_warns_nobody(engine: AsyncEngine, applying: Applying) -> None:
    task_id = await running_task(engine)
    wrong = {"КонтрагентИНН": WRONG}
    applied = await applying.apply(of_1c(task_id, 1, [onec_document(9001, **wrong)]))
    assert applied is not None
    assert applied.outcome.warned == 1
    gone = onec_document(9001, DeletionMark=True, DataVersion="AAAAAAAAAAI=", **wrong)
    applied = await applying.apply(of_1c(task_id, 2, [gone], first_row=2))
    assert applied is not None
    assert (applied.outcome.retracted, applied.outcome.warned) == (1, 0)


async def test_contractors_carry_theirs_whatever_becomes_of_them(
    engine: AsyncEngine, applying: Applying
) -> None:
    rows = [{"name": "ООО Лютик", "inn": WRONG}, {"name": "ООО Верба", "inn": RIGHT}]
    for created in (2, 0):
        task_id = await running_task(engine, kind="contractors")
        batch = recorded(task_id, 1, rows, kind="contractors", context={"source": "table"})
        applied = await applying.apply(batch)
        assert applied is not None
        assert (applied.outcome.created, applied.outcome.warned) == (created, 1)
        told = {"inn": WRONG, "kpp": ""}
        assert await warned(engine, task_id) == [(1, "ООО Лютик", ["inn_checksum"], told)]
