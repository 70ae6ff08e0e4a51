"""The same payment from the bank and from 1C: found whichever came last, never dropped."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from events.records import Counts
from infra.postgres import create_engine
from jobs.kinds.registry import kind_named
from processors.importer.applying import Applying
from projections.queries import duplicates, preview, transactions
from projections.queries.transactions import TransactionFilter
from tests.processors.paying import of_1c, onec_document
from tests.processors.setting import CONTEXT, OTHER, OWN, document, recorded, rows_of, running_task

pytestmark = pytest.mark.integration


async def flagged(engine: AsyncEngine) -> set[str]:
    async with engine.connect() as connection:
        page = await transactions.listed(connection, TransactionFilter(possible_duplicate=True), limit=500)
        return {row["purpose"] for row in page.items}


async def test_a_pair_is_found_whichever_came_last(engine: AsyncEngine, applying: Applying) -> None:
    bank, onec = await running_task(engine), await running_task(engine)
    later, earlier = {"ДатаСписано": "05.03.2025"}, {"ДатаСписано": "28.02.2025"}
    await applying.apply(of_1c(onec, 1, [onec_document(1)]))
    await applying.apply(recorded(bank, 1, [document(1, **later), document(2, **earlier)]))
    await applying.apply(of_1c(onec, 2, [onec_document(2, Date="2025-02-26T12:00:00")], first_row=2))
    assert await flagged(engine) == {"Оплата по счету 1", "Оплата по счету 2"}
    [first, second] = await rows_of(engine, bank)
    async with engine.connect() as connection:
        found = await duplicates.of(connection, first.id)
        assert found is not None
        assert [(row["task_id"].hex, row["days_apart"]) for row in found.possible] == [
            (onec.replace("-", ""), 2)
        ]
        [other] = found.possible
        back = await duplicates.of(connection, other["id"])
        assert back is not None
        assert [(row["id"], row["open"]) for row in back.possible] == [(first.id, True)]
        assert second.id not in {row["id"] for row in back.possible}


@pytest.mark.parametrize(
    "changed",
    [
        {"СуммаДокумента": "100.01"},
        {"Направление": "Поступление"},
        {"СчетОрганизации": "40702810000000000009"},
        {"Date": "2025-03-06T00:00:00"},
        {"Валюта": "USD"},
        {"Posted": False},
    ],
    ids=lambda changed: next(iter(changed)),
)
async def test_other_money_is_no_duplicate(
    engine: AsyncEngine, applying: Applying, changed: dict[str, object]
) -> None:
    await applying.apply(recorded(await running_task(engine), 1, [document(1)]))
    await applying.apply(of_1c(await running_task(engine), 1, [onec_document(1, **changed)]))
    assert await flagged(engine) == set()


async def test_two_importers_at_the_same_time_hide_no_pair(engine: AsyncEngine, database_url: str) -> None:
    other = create_engine(database_url)
    bank, onec = await running_task(engine), await running_task(engine)
    try:
        one, two = Applying(engine, kind_named, "importer-1"), Applying(other, kind_named, "importer-2")
        numbers = range(1, 101)
        await asyncio.gather(
            one.apply(recorded(bank, 1, [document(n, Сумма=f"{n}.00") for n in numbers])),
            two.apply(of_1c(onec, 1, [onec_document(n, СуммаДокумента=f"{n}.00") for n in numbers])),
        )
    finally:
        await other.dispose()
    assert await flagged(engine) == {f"Оплата по счету {n}" for n in numbers}


async def test_a_transfer_is_the_outgoing_document_of_the_paying_account(
    engine: AsyncEngine, applying: Applying
) -> None:
    own = CONTEXT | {"own_accounts": [OWN, OTHER]}
    await applying.apply(recorded(await running_task(engine), 1, [document(1)], context=own))
    await applying.apply(of_1c(await running_task(engine), 1, [onec_document(1)]))
    assert await flagged(engine) == {"Оплата по счету 1"}


async def test_a_row_that_came_again_says_from_which_file(engine: AsyncEngine, applying: Applying) -> None:
    first, second = await running_task(engine), await running_task(engine)
    await applying.apply(recorded(first, 1, [document(1), document(2)]))
    again = recorded(second, 1, [document(3), document(2)], first_row=11)
    applied = await applying.apply(again)
    assert applied is not None
    assert applied.outcome.counts == Counts(created=1, duplicate=1)
    await applying.apply(recorded(second, 2, [document(2)], first_row=21))
    async with engine.connect() as connection:
        [_, row] = await rows_of(engine, first)
        found = await duplicates.of(connection, row.id)
    assert found is not None
    assert [(str(row["task_id"]), row["row_no"]) for row in found.repeated] == [(second, 12), (second, 21)]


async def test_a_preview_names_the_likeliest_document(engine: AsyncEngine, applying: Applying) -> None:
    away = onec_document(1, Ref_Key="00000000-0000-0000-0000-0000000000aa", Date="2025-03-04T00:00:00")
    near = onec_document(9, Date="2025-03-02T00:00:00")
    await applying.apply(of_1c(await running_task(engine), 1, [near, away]))
    dry = await running_task(engine, dry_run=True)
    await applying.apply(recorded(dry, 1, [document(1), document(2, Сумма="7.00")]))
    async with engine.connect() as connection:
        rows = (await preview.rows(connection, dry)).items  # type: ignore[arg-type]
        assert await connection.scalar(text("SELECT count(*) FROM bank_transaction")) == 2
    assert [(row["verdict"], row["code"]) for row in rows] == [
        ("created", "possible_duplicate"),
        ("created", None),
    ]
    # The same number counts for more than a nearer day.
    assert rows[0]["args"] == {"number": "1", "day": "2025-03-04"}


async def test_a_preview_of_1c_names_the_row_of_the_bank(engine: AsyncEngine, applying: Applying) -> None:
    await applying.apply(recorded(await running_task(engine), 1, [document(5)]))
    dry = await running_task(engine, dry_run=True)
    await applying.apply(of_1c(dry, 1, [onec_document(5)]))
    async with engine.connect() as connection:
        [row] = (await preview.rows(connection, dry)).items  # type: ignore[arg-type]
    assert (row["verdict"], row["args"]) == ("created", {"number": "5", "day": "2025-03-03"})
