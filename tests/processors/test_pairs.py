"""The rule for possible duplicates as SQL is the rule as it is told."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from infra.postgres import create_engine
from jobs.kinds.registry import kind_named
from processors.importer.applying import Applying
from projections.queries import transactions
from projections.queries.transactions import TransactionFilter
from tests.processors.paying import of_1c, onec_document
from tests.processors.setting import CONTEXT, OTHER, OWN, document, recorded, running_task

pytestmark = pytest.mark.integration

DAY = date(2025, 3, 3)
DIRECTIONS = ("in", "out", "transfer")
# Day, roubles, direction.
payments = st.lists(st.tuples(st.integers(0, 5), st.integers(1, 2), st.sampled_from(DIRECTIONS)), max_size=6)


def of_bank(number: int, day: int, roubles: int, direction: str) -> dict[str, Any]:
    own, other = ("Получатель", "Плательщик") if direction == "in" else ("Плательщик", "Получатель")
    booked = (DAY + timedelta(days=day)).strftime("%d.%m.%Y")
    stated = {"Дата": booked, "ДатаСписано": booked, "ДатаПоступило": booked, "Сумма": f"{roubles}.00"}
    return (
        document(number)
        | stated
        | {f"{own}Счет": OWN, f"{other}Счет": OTHER if direction == "transfer" else "3"}
    )


def of_onec(number: int, day: int, roubles: int, direction: str) -> dict[str, Any]:
    return onec_document(
        number,
        Date=f"{DAY + timedelta(days=day)}T10:00:00",
        СуммаДокумента=str(Decimal(roubles)),
        Направление="Поступление" if direction == "in" else "Списание",
    )


def alike(bank: tuple[int, int, str], onec: tuple[int, int, str]) -> bool:
    way = {"in": "in", "out": "out", "transfer": "out"}
    return abs(bank[0] - onec[0]) <= 2 and bank[1] == onec[1] and way[bank[2]] == way[onec[2]]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(banks=payments, onecs=payments, bank_first=st.booleans())
async def test_flagged_is_what_has_a_like_in_the_other_source(
    database_url: str, banks: list[tuple[int, int, str]], onecs: list[tuple[int, int, str]], bank_first: bool
) -> None:
    engine = create_engine(database_url)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("TRUNCATE bank_transaction"))
        applying = Applying(engine, kind_named, "importer-1")
        own = CONTEXT | {"own_accounts": [OWN, OTHER]}
        rows = [of_bank(n, *one) for n, one in enumerate(banks, 1)]
        documents = [of_onec(n, *one) for n, one in enumerate(onecs, 101)]
        batches = [
            recorded(await running_task(engine), 1, rows, context=own),
            of_1c(await running_task(engine), 1, documents),
        ]
        for batch in batches if bank_first else reversed(batches):
            if batch.event.rows:
                await applying.apply(batch)
        expected = {str(n) for n, one in enumerate(banks, 1) if any(alike(one, other) for other in onecs)}
        expected |= {str(n) for n, one in enumerate(onecs, 101) if any(alike(other, one) for other in banks)}
        everybody = {str(n) for n in (*range(1, len(banks) + 1), *range(101, len(onecs) + 101))}
        async with engine.connect() as connection:
            for flagged, numbers in ((True, expected), (False, everybody - expected)):
                wanted = TransactionFilter(possible_duplicate=flagged)
                page = await transactions.listed(connection, wanted, limit=500)
                assert {row["number"] for row in page.items} == numbers
    finally:
        await engine.dispose()
