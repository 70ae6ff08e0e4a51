"""Contractors of files, alone and where 1C has them: one contractor stays one."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import psycopg
import pytest

from infra.clock import new_id
from jobs.base import Batch, TaskSpec
from jobs.contractors.reading import to_contractor
from jobs.kinds.contractor_rows import ContractorWriter, IncomingContractor
from jobs.kinds.contractors import Contractors
from jobs.records import Contractor
from tests.databases import emptied
from tests.jobs.uploads import Connection, imported, outcome, read, verdicts

pytestmark = pytest.mark.integration

REF = "bd72d910-55bc-11d9-848a-00112f43529a"
OTHER = "bd72d911-55bc-11d9-848a-00112f43529a"
INN, KPP = "7700000009", "770001001"
CSV = (
    f"Наименование;ИНН;КПП;Код\r\nРомашка ООО;{INN};{KPP};001\r\n"
    "Лютик ИП;500100732259;;\r\nБезномерный;;;\r\n"
)


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[Connection]:
    async with emptied(database_url, "contractor") as made:
        yield made


def commerceml(*contractors: str) -> bytes:
    inner = "".join(f"<Контрагент>{body}</Контрагент>" for body in contractors)
    return f"<КоммерческаяИнформация><Контрагенты>{inner}</Контрагенты></КоммерческаяИнформация>".encode()


def firm(ref: str = "", inn: str = INN, kpp: str = KPP, name: str = "Ромашка ООО") -> str:
    return f"<Ид>{ref}</Ид><Наименование>{name}</Наименование><ИНН>{inn}</ИНН><КПП>{kpp}</КПП>"


async def from_1c(connection: Connection, *contractors: Contractor) -> list[str]:
    batch = Batch(TaskSpec(new_id(), 1, "contractors", {}, {}), 1, 1, [{}], {}, {"source": "onec"})
    rows = [IncomingContractor(n, contractor) for n, contractor in enumerate(contractors, 1)]
    async with connection.transaction():
        said = await ContractorWriter().write(connection, batch, rows)
    return [said[n].verdict for n in sorted(said)]


def of_1c(ref: str = REF, version: str = "AAAA", **fields: str) -> Contractor:
    raw = {"ref": ref, "name": "Ромашка ООО", "inn": INN, "kpp": KPP, "code": "00-01"} | fields
    return to_contractor(raw)._replace(data_version=version)


async def found(connection: Connection, columns: str = "name, inn, kpp, code") -> list[Any]:
    return await (await connection.execute(f"SELECT {columns} FROM contractor ORDER BY name")).fetchall()


async def identities(connection: Connection) -> list[Any]:
    query = "SELECT id, key FROM contractor WHERE inn = %s"
    return await (await connection.execute(query, [INN])).fetchall()


async def test_a_table_is_loaded_once(connection: Connection) -> None:
    assert verdicts(await imported(connection, "contractors", CSV.encode("cp1251"))) == ["created"] * 3
    assert verdicts(await imported(connection, "contractors", CSV.encode())) == ["unchanged"] * 3
    assert await found(connection) == [
        ("Безномерный", "", "", ""),
        ("Лютик ИП", "500100732259", "", ""),
        ("Ромашка ООО", INN, KPP, "001"),
    ]


async def test_what_a_file_does_not_say_stays(connection: Connection) -> None:
    first = f"Наименование;Полное наименование;ИНН;КПП;Код\r\nРомашка;ООО «Ромашка»;{INN};{KPP};001\r\n"
    await imported(connection, "contractors", first.encode())
    less = f"Name;INN;KPP\r\nРомашка;{INN};{KPP}\r\n"
    assert verdicts(await imported(connection, "contractors", less.encode())) == ["unchanged"]
    renamed = less.replace("Ромашка", "Ромашка-М")
    assert verdicts(await imported(connection, "contractors", renamed.encode())) == ["updated"]
    assert await found(connection, "name, full_name, code") == [("Ромашка-М", "ООО «Ромашка»", "001")]


async def test_a_full_name_that_was_made_of_the_name_follows_it(connection: Connection) -> None:
    text = f"Name;INN;KPP\r\nРомашка;{INN};{KPP}\r\n"
    await imported(connection, "contractors", text.encode())
    renamed = text.replace("Ромашка", "Ромашка-М").encode()
    assert verdicts(await imported(connection, "contractors", renamed)) == ["updated"]
    assert await found(connection, "name, full_name") == [("Ромашка-М", "Ромашка-М")]


async def test_bad_rows_are_rejected_and_bad_numbers_are_warnings(connection: Connection) -> None:
    text = f"Контрагент;ИНН/КПП\r\n;{INN}\r\nРомашка;7700000001/77\r\n{'я' * 600};\r\n"
    [result] = await imported(connection, "contractors", text.encode())
    assert verdicts([result]) == ["rejected", "created", "rejected"]
    assert [(reject.error.code, reject.error.field) for reject in result.rejects] == [
        ("name_missing", "name"),
        ("value_too_long", "name"),
    ]
    assert await found(connection, "inn, kpp, warnings") == [
        ("7700000001", "77", ["inn_checksum", "kpp_length"])
    ]


async def test_the_same_contractor_of_many_documents_is_one(connection: Connection) -> None:
    data = commerceml(firm(REF), firm(REF), firm(inn="", kpp="", name="Петров"))
    assert verdicts(await imported(connection, "contractors", data)) == ["duplicate", "created", "created"]
    assert verdicts(await imported(connection, "contractors", data, size=1)) == ["unchanged"] * 3


async def test_a_file_that_1c_wrote_is_about_1cs_contractors(connection: Connection) -> None:
    await from_1c(connection, of_1c())
    changed = commerceml(firm(REF, inn="", kpp="", name="Переименован"))
    assert verdicts(await imported(connection, "contractors", changed)) == ["duplicate"]
    await from_1c(connection, of_1c(version="B")._replace(retracted=True))
    assert verdicts(await imported(connection, "contractors", changed)) == ["duplicate"]
    assert await found(connection, "name, retracted") == [("Ромашка ООО", True)]


async def test_1c_takes_over_what_a_file_brought(connection: Connection) -> None:
    await imported(connection, "contractors", CSV.encode())
    before = await identities(connection)
    assert await from_1c(connection, of_1c()) == ["updated"]
    after = await identities(connection)
    assert (after[0][0], str(after[0][1])) == (before[0][0], REF)
    assert await from_1c(connection, of_1c()) == ["unchanged"]
    assert verdicts(await imported(connection, "contractors", CSV.encode())) == [
        "duplicate",
        "unchanged",
        "unchanged",
    ]


async def test_a_reference_takes_over_too(connection: Connection) -> None:
    await imported(connection, "contractors", CSV.encode())
    assert verdicts(await imported(connection, "contractors", commerceml(firm(REF)))) == ["unchanged"]
    assert verdicts(await imported(connection, "contractors", CSV.encode())) == ["unchanged"] * 3
    assert await from_1c(connection, of_1c(inn="500100732259", kpp="")) == ["updated"]


async def test_rows_that_mean_one_contractor_count_once(connection: Connection) -> None:
    await imported(connection, "contractors", commerceml(firm(REF)))
    both = commerceml(firm(REF, name="Первая"), firm(name="Вторая"), firm(inn="500100732259", kpp=""))
    assert verdicts(await imported(connection, "contractors", both)) == ["duplicate", "updated", "created"]


@pytest.mark.parametrize("backwards", [False, True])
async def test_the_last_row_counts_in_whatever_order_batches_come(
    connection: Connection, backwards: bool
) -> None:
    spec, survey, rows = await read(
        "contractors", commerceml(firm(REF, name="Первая"), firm(REF, name="Последняя"))
    )
    numbered = list(enumerate(rows, 1))
    for number, row in reversed(numbered) if backwards else numbered:
        batch = Batch(spec, number, number, [row], {}, survey.context)
        async with connection.transaction():
            await Contractors().write(connection, batch)
    assert await found(connection, "name") == [("Последняя",)]


@pytest.mark.parametrize("order", [(1, 2, 3), (1, 3, 2), (3, 2, 1)])
@pytest.mark.parametrize("known", [False, True])
async def test_the_last_row_counts_for_who_is_known_too(
    connection: Connection, order: tuple[int, ...], known: bool
) -> None:
    if known:
        await imported(connection, "contractors", commerceml(firm(REF, name="Прежняя")))
    names = ("Первая", "Вторая", "Последняя")
    data = commerceml(*(firm(REF, name=name) for name in names))
    spec, survey, rows = await read("contractors", data)
    # A replay writes them once more, in an order of its own.
    for number in (*order, *reversed(order)):
        batch = Batch(spec, number, number, [rows[number - 1]], {}, survey.context)
        async with connection.transaction():
            await Contractors().write(connection, batch)
    assert await found(connection, "name") == [("Последняя",)]


async def test_what_stands_where_there_is_no_number_makes_nobody_one(connection: Connection) -> None:
    text = "Наименование;ИНН;КПП\r\nРомашка;-;-\r\nЛютик;-;-\r\nРоза;нет;\r\nМак;н/д;\r\nИва;000;0\r\n"
    assert verdicts(await imported(connection, "contractors", text.encode())) == ["created"] * 5
    empty = commerceml(*(firm(str(UUID(int=0)), "", "", name) for name in ("Клён", "Ясень")))
    assert verdicts(await imported(connection, "contractors", empty)) == ["created"] * 2
    assert {(inn, kpp) for inn, kpp in await found(connection, "inn, kpp")} == {("", "")}


@pytest.mark.parametrize("known", [True, False])
async def test_two_imports_at_the_same_time_make_nobody_twice(
    connection: Connection, database_url: str, known: bool
) -> None:
    async def write(batch: Batch, written: asyncio.Event, committing: asyncio.Event) -> list[str]:
        async with await psycopg.AsyncConnection.connect(database_url) as own, own.transaction():
            result = await Contractors().write(own, batch)
            written.set()
            await committing.wait()
        return verdicts([result])

    if known:
        await imported(connection, "contractors", commerceml(firm()))
    batches = []
    for data in (commerceml(firm(REF)), commerceml(firm(name="Новое имя"))):
        spec, survey, rows = await read("contractors", data)
        batches.append(Batch(spec, 1, 1, rows, {}, survey.context))
    written, committing = asyncio.Event(), asyncio.Event()
    first = asyncio.create_task(write(batches[0], written, committing))
    await written.wait()
    second = asyncio.create_task(write(batches[1], asyncio.Event(), committing))
    await waiting_for_a_lock(connection)
    committing.set()
    assert [await first, await second] == [["unchanged" if known else "created"], ["updated"]]
    assert await found(connection, "name, key") == [("Новое имя", UUID(REF))]


async def waiting_for_a_lock(connection: Connection) -> None:
    """Until somebody waits for what another holds."""
    query = "SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
    query += " WHERE NOT granted AND datname = current_database())"
    while (await (await connection.execute(query)).fetchone()) == (False,):
        await connection.rollback()


async def test_two_references_with_the_same_numbers_are_two(connection: Connection) -> None:
    data = commerceml(firm(REF), firm(OTHER))
    assert verdicts(await imported(connection, "contractors", data)) == ["created", "created"]
    assert verdicts(await imported(connection, "contractors", data)) == ["unchanged", "unchanged"]


async def test_an_inn_without_a_kpp_means_who_has_it_in_1c(connection: Connection) -> None:
    await from_1c(connection, of_1c(), of_1c(OTHER, kpp="770002002"))
    text = f"Наименование;ИНН\r\nРомашка;{INN}\r\n"
    assert verdicts(await imported(connection, "contractors", text.encode())) == ["duplicate"]
    assert len(await found(connection)) == 2


async def test_what_is_no_file_of_contractors_is_refused_by_name() -> None:
    assert await outcome("contractors", b"") == "file_empty"
    assert await outcome("contractors", b"<html><body><table>") == "table_other_format"
    assert await outcome("contractors", b"<?xml version='1.0'?><Workbook/>") == "commerceml_other_root"
    assert await outcome("contractors", "<КоммерческаяИнформация/>".encode()) == "commerceml_no_contractors"
    assert (
        await outcome("stock_import", "<КоммерческаяИнформация/>".encode("utf-16")) == "commerceml_no_offers"
    )
    assert await outcome("contractors", b"a;b\r\n1;2\r\n") == "header_unknown"


async def test_offers_are_stock(connection: Connection) -> None:
    def offer(body: str) -> bytes:
        return (
            "<КоммерческаяИнформация><ПакетПредложений><Предложения><Предложение><Артикул>А-1</Артикул>"
            f"{body}</Предложение></Предложения></ПакетПредложений></КоммерческаяИнформация>"
        ).encode()

    in_store = offer('<Склад ИдСклада="s1" КоличествоНаСкладе="4"/>')
    spec, survey, rows = await read("stock_import", in_store)
    assert rows == [{"number": "А-1", "#warehouse": "s1", "quantity": "4"}]
    assert (survey.rows, survey.context["source"], spec.kind) == (1, "commerceml", "stock_import")
    await connection.execute("TRUNCATE component, part_number, stock_lot CASCADE")
    await connection.commit()
    await imported(connection, "components", "Код\r\nА-1\r\n".encode())
    assert verdicts(await imported(connection, "stock_import", in_store)) == ["created"]
    anywhere = offer("<Количество>7</Количество>")
    assert verdicts(await imported(connection, "stock_import", anywhere)) == ["rejected"]
    assert verdicts(await imported(connection, "stock_import", anywhere, warehouse="s1")) == ["updated"]
