"""What an undo does with single rows of each kind, on the real PostgreSQL."""

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from itertools import product

import psycopg
import pytest

from domain.undo import Standing, verdict
from jobs.contractors.reading import own_key
from jobs.kinds.contractor_rows import ContractorWriter, IncomingContractor
from jobs.kinds.recalculate import Recalculate
from jobs.records import Contractor
from jobs.undoing import CONFLICTING, foresee, foresee_conflicts, undoing_of
from tests.jobs.undoing_world import (
    DAY,
    GONE,
    Connection,
    batch_of,
    became,
    documents,
    emptied,
    every,
    imported,
    kind_of,
    left_behind,
    task_no,
    undone,
)

pytestmark = pytest.mark.integration


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[Connection]:
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as made:
        await emptied(made)
        yield made


async def test_a_changed_row_gets_back_what_it_was_and_a_retracted_one_returns(
    connection: Connection,
) -> None:
    await documents(connection, 1, {"17": "a", "18": "a", "19": "a"})
    before = await every(connection, "SELECT * FROM bank_transaction ORDER BY number")
    await documents(connection, 2, {"17": "b", "18": GONE, "19": "a"})
    assert became(await undone(connection, "bank_transactions", 2)) == {
        "17": ("restore", None),
        "18": ("restore", None),
    }
    assert await every(connection, "SELECT * FROM bank_transaction ORDER BY number") == before


async def test_what_a_person_chose_is_told_and_left(connection: Connection) -> None:
    await documents(connection, 1, {"17": "a", "18": "a"})
    await connection.execute(
        "UPDATE bank_transaction SET category = 'Аренда', classified_by = 'person' WHERE number = '17'"
    )
    assert became(await undone(connection, "bank_transactions", 1)) == {
        "17": ("leave", "changed_by_person"),
        "18": ("remove", None),
    }
    assert await every(
        connection,
        "SELECT number, reason, action FROM (TABLE undo_conflict) u"
        " JOIN bank_transaction t ON t.id::text = u.row_id",
    ) == [("17", "changed_by_person", "leave")]
    assert became(await undone(connection, "bank_transactions", 1, force=True)) == {
        "17": ("remove", "changed_by_person")
    }
    assert await every(connection, "SELECT number FROM bank_transaction") == []


async def test_what_a_person_had_chosen_before_does_not_stand_in_the_way(connection: Connection) -> None:
    await documents(connection, 1, {"17": "a"})
    await connection.execute("UPDATE bank_transaction SET category = 'Аренда', classified_by = 'person'")
    await documents(connection, 2, {"17": "b"})
    assert became(await undone(connection, "bank_transactions", 2)) == {"17": ("restore", None)}
    found = await every(connection, "SELECT purpose, category, classified_by FROM bank_transaction")
    assert found == [("a", "Аренда", "person")]


async def test_a_row_that_a_person_paired_is_somebody_s_work(connection: Connection) -> None:
    await documents(connection, 1, {"17": "a"}, source="file")
    await connection.execute(
        "INSERT INTO duplicate_decision (file_id, onec_id, decision, decided_by)"
        " SELECT id, uuidv7(), 'same', uuidv7() FROM bank_transaction"
    )
    assert became(await undone(connection, "bank_transactions", 1)) == {"17": ("leave", "changed_by_person")}


async def test_forced_it_takes_what_others_wrote_above_it_too(connection: Connection) -> None:
    for task, said in enumerate("abc", 1):
        await imported(connection, "components", task, {"code": "X", "name": said})
    assert became(await undone(connection, "components", 2, force=True)) == {
        "X": ("restore", "changed_by_import")
    }
    assert await every(connection, "SELECT name, task_id::text FROM component") == [("a", task_no(1))]
    assert await undone(connection, "components", 3) == []
    assert became(await undone(connection, "components", 1)) == {"X": ("remove", None)}
    assert await left_behind(connection) == 0


async def test_a_row_written_twice_with_another_import_in_between_is_given_back_twice(
    connection: Connection,
) -> None:
    for task, said in ((1, "a"), (2, "b"), (1, "c")):
        await imported(connection, "components", task, {"code": "X", "name": said})
    assert became(await undone(connection, "components", 1)) == {"X": ("splice", "changed_by_import")}
    assert await every(connection, "SELECT name, task_id::text FROM component") == [("b", task_no(2))]
    assert became(await undone(connection, "components", 2)) == {"X": ("remove", None)}
    assert await left_behind(connection) == 0


async def test_a_component_that_others_stand_on_stays_even_where_it_is_forced(connection: Connection) -> None:
    await imported(connection, "components", 1, {"code": "X", "name": "a"}, {"code": "Y", "name": "a"})
    await imported(
        connection,
        "quotes",
        2,
        {"number": "X", "supplier": "ООО", "price": "10", "date": DAY.isoformat()},
    )
    for force in (False, True):
        done = became(await undone(connection, "components", 1, force=force))
        assert done.pop("X") == ("leave", "still_used")
        assert done == ({} if force else {"Y": ("remove", None)})
    assert became(await undone(connection, "quotes", 2)) == {"ООО": ("remove", None)}
    assert became(await undone(connection, "components", 1)) == {"X": ("remove", None)}


async def test_a_number_that_a_person_mapped_otherwise_is_left(connection: Connection) -> None:
    await imported(connection, "components", 1, {"code": "X", "name": "a"})
    await imported(
        connection, "part_numbers", 2, {"number": "N1", "code": "X"}, {"number": "N2", "code": "X"}
    )
    await connection.execute("UPDATE part_number SET author = 'somebody' WHERE number = 'N1'")
    assert became(await undone(connection, "part_numbers", 2)) == {
        "N1": ("leave", "changed_by_person"),
        "N2": ("remove", None),
    }


async def test_stock_gets_back_its_quantities(connection: Connection) -> None:
    await imported(connection, "components", 1, {"code": "X", "name": "a", "unit": "шт"})
    lot = {"number": "X", "warehouse": "Основной", "quantity": "5", "unit_cost": "1.50"}
    await imported(connection, "stock_import", 2, lot)
    before = await every(connection, "SELECT * FROM stock_lot")
    await imported(connection, "stock_import", 3, lot | {"quantity": "7"})
    assert became(await undone(connection, "stock_import", 3)) == {"X": ("restore", None)}
    assert await every(connection, "SELECT * FROM stock_lot") == before


async def test_a_recalculation_gives_back_prices_and_history(connection: Connection) -> None:
    await imported(connection, "components", 1, {"code": "X", "name": "a"})
    context = {"as_of": DAY.isoformat(), "days": 30}
    prices = []
    for task, price in ((2, "10"), (3, "20")):
        row = {"number": "X", "supplier": f"П{task}", "price": price, "date": DAY.isoformat()}
        await imported(connection, "quotes", task, row)
        batch = replace(batch_of("recalculate", task + 10, [{"id": 1, "code": "X"}]), context=context)
        async with connection.transaction():
            await Recalculate().write(connection, batch)
        prices.append(await every(connection, "SELECT price, priced_at FROM component"))
    assert became(await undone(connection, "recalculate", 12)) == {"X": ("splice", "changed_by_import")}
    assert await every(connection, "SELECT old, new FROM price_history") == [(None, Decimal(15))]
    assert became(await undone(connection, "recalculate", 13)) == {"X": ("restore", None)}
    assert await every(connection, "SELECT price, priced_at FROM component") == [(None, None)]
    assert await every(connection, "SELECT FROM price_history") == []


async def test_a_firm_of_a_file_that_became_1c_s_is_the_file_s_again(connection: Connection) -> None:
    named = Contractor(
        key=own_key("7700000005 770001001"),
        code="",
        name="Ромашка",
        full_name="Ромашка",
        kind="company",
        inn="7700000005",
        kpp="770001001",
        okpo="",
    )
    of_1c = named._replace(key=b"reference of 1c!", name="Ромашка ООО", data_version="AAAA")
    async with connection.transaction():
        await ContractorWriter().write(connection, batch_of("contractors", 1), [IncomingContractor(1, named)])
    before = await every(connection, "SELECT * FROM contractor")
    async with connection.transaction():
        await ContractorWriter().write(
            connection, batch_of("contractors", 2, source="onec"), [IncomingContractor(1, of_1c)]
        )
    assert await every(connection, "SELECT name FROM contractor") == [("Ромашка ООО",)]
    assert became(await undone(connection, "contractors", 2)) == {"Ромашка ООО": ("restore", None)}
    assert await every(connection, "SELECT * FROM contractor") == before
    assert await every(connection, "SELECT FROM contractor_change") == []


async def test_what_was_loaded_before_values_were_kept_is_left(connection: Connection) -> None:
    await imported(connection, "components", 1, {"code": "X", "name": "a"})
    await connection.execute("INSERT INTO unknown_before VALUES (%s)", [task_no(1)])
    assert became(await undone(connection, "components", 1)) == {"X": ("leave", "before_unknown")}


async def test_what_the_database_refuses_is_one_row(connection: Connection) -> None:
    """Somebody has the place by now: 1C's row of the same key came by another way."""
    await documents(connection, 1, {"17": "a", "18": "a"})
    await documents(connection, 2, {"17": "b", "18": "b"})
    await connection.execute(
        "UPDATE row_before SET before = before::jsonb || '{\"direction\": null}'"
        " WHERE before ->> 'number' = '17'"
    )
    assert became(await undone(connection, "bank_transactions", 2)) == {
        "17": ("leave", "refused"),
        "18": ("restore", None),
    }


async def test_a_preview_counts_what_the_undo_then_does(connection: Connection) -> None:
    await documents(connection, 1, {"17": "a", "18": "a", "19": "a"})
    await documents(connection, 2, {"18": "b"})
    await documents(connection, 3, {"19": "a"})
    how = undoing_of(kind_of("bank_transactions"))
    assert how is not None
    groups = await foresee(connection, how, task_no(1), force=False)
    foreseen = {(one.action, one.reason): one.rows for one in groups}
    conflicts = await foresee_conflicts(connection, how, task_no(1), force=False, after="", limit=10)
    assert {one.first for one in groups} == {one.last for one in groups} == {DAY}
    done = await undone(connection, "bank_transactions", 1)
    assert foreseen == {
        ("remove", None): 1,
        ("splice", "changed_by_import"): 1,
        ("hand_over", "also_in_import"): 1,
    }
    assert sorted(one.row.row_id for one in conflicts) == sorted(one.row.row_id for one in done if one.reason)
    assert {one.row.other_task for one in conflicts} == {task_no(2), task_no(3)}


async def test_a_preview_of_a_component_that_gets_back_what_it_was_is_no_conflict_for_those_that_stand_on_it(
    connection: Connection,
) -> None:
    await imported(connection, "components", 1, {"code": "X", "name": "a"})
    await imported(
        connection, "quotes", 2, {"number": "X", "supplier": "ООО", "price": "10", "date": DAY.isoformat()}
    )
    await imported(connection, "components", 3, {"code": "X", "name": "b"})
    how = undoing_of(kind_of("components"))
    assert how is not None
    for force in (False, True):
        [group] = await foresee(connection, how, task_no(3), force=force)
        assert (group.action, group.reason) == ("restore", None)
        assert await foresee_conflicts(connection, how, task_no(3), force=force, after="", limit=10) == []
    assert became(await undone(connection, "components", 3)) == {"X": ("restore", None)}


async def test_the_preview_names_exactly_the_rows_that_have_a_reason(connection: Connection) -> None:
    """However a row of any kind stands, and whether it is forced."""
    flags = ("made", "covered", "carried", "named", "by_person", "used", "unknown")
    ways = list(product((False, True), repeat=len(flags)))
    columns = ", ".join(flags)
    values = ", ".join(f"({', '.join(map(str, way))})" for way in ways)
    listed = f"SELECT {columns}, {CONFLICTING} FROM (VALUES {values}) s ({columns})"
    found = {tuple(way): conflict for *way, conflict in await every(connection, listed)}
    assert len(found) == len(ways)
    for way, force in product(ways, (False, True)):
        said = verdict(Standing(**dict(zip(flags, way, strict=True))), force=force)
        assert found[way] == (said.reason is not None), (way, force)


async def test_a_price_list_and_a_model_are_not_taken_back() -> None:
    assert undoing_of(kind_of("pricelist_create")) is None
    assert undoing_of(kind_of("classifier_train")) is None
