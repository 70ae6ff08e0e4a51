"""A КПП that is filled in later makes no second contractor."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from infra.clock import new_id
from jobs.base import Batch, TaskSpec
from jobs.contractors.reading import to_contractor
from jobs.kinds.contractor_rows import ContractorWriter, IncomingContractor
from tests.databases import emptied
from tests.jobs.uploads import Connection, imported, verdicts

pytestmark = pytest.mark.integration

REF, OTHER_REF = "bd72d910-55bc-11d9-848a-00112f43529a", "bd72d911-55bc-11d9-848a-00112f43529a"
INN, KPP, OTHER = "7707083893", "770701001", "781243001"


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[Connection]:
    async with emptied(database_url, "contractor") as made:
        yield made


async def table(connection: Connection, *rows: str, size: int = 1_000) -> list[str]:
    """A file with these rows: ``name;КПП``."""
    lines = [f"{name};{INN};{kpp}" for name, kpp in (row.split(";") for row in rows)]
    data = "\r\n".join(["Наименование;ИНН;КПП", *lines, ""])
    return verdicts(await imported(connection, "contractors", data.encode(), size=size))


async def from_1c(connection: Connection, *elements: tuple[str, str]) -> list[str]:
    """Elements of 1C: reference and КПП."""
    batch = Batch(TaskSpec(new_id(), 1, "contractors", {}, {}), 1, 1, [{}], {}, {"source": "onec"})
    rows = [
        IncomingContractor(
            number,
            to_contractor({"ref": ref, "name": "Ромашка", "inn": INN, "kpp": kpp})._replace(data_version="A"),
        )
        for number, (ref, kpp) in enumerate(elements, 1)
    ]
    async with connection.transaction():
        said = await ContractorWriter().write(connection, batch, rows)
    return [said[number].verdict for number in sorted(said)]


async def known(connection: Connection) -> list[Any]:
    found = await connection.execute("SELECT id, kpp FROM contractor ORDER BY kpp")
    return await found.fetchall()


async def test_the_firm_stays_one_and_keeps_its_kpp(connection: Connection) -> None:
    assert await table(connection, "Ромашка;") == ["created"]
    [(firm, _)] = await known(connection)
    assert await table(connection, f"Ромашка;{KPP}") == ["updated"]
    assert await known(connection) == [(firm, KPP)]
    assert await table(connection, f"Ромашка;{KPP}") == ["unchanged"]
    # An empty cell leaves what is there.
    assert await table(connection, "Ромашка;") == ["unchanged"]
    assert await known(connection) == [(firm, KPP)]


@pytest.mark.parametrize("size", [1, 1_000])
async def test_of_branches_the_first_is_it_and_the_others_are_new(connection: Connection, size: int) -> None:
    await table(connection, "Ромашка;")
    [(firm, _)] = await known(connection)
    rows = (f"Ромашка;{KPP}", f"Ромашка, филиал;{OTHER}")
    assert await table(connection, *rows, size=size) == ["updated", "created"]
    assert (await known(connection))[0] == (firm, KPP)
    assert await table(connection, *rows, size=size) == ["unchanged", "unchanged"]
    assert [kpp for _, kpp in await known(connection)] == [KPP, OTHER]


@pytest.mark.parametrize("size", [1, 1_000])
async def test_within_a_file_too_whatever_the_batches(connection: Connection, size: int) -> None:
    await table(connection, "Ромашка;", f"Ромашка;{KPP}", size=size)
    assert [kpp for _, kpp in await known(connection)] == [KPP]


@pytest.mark.parametrize("size", [1, 1_000])
async def test_a_row_without_one_further_down_leaves_it(connection: Connection, size: int) -> None:
    await table(connection, "Ромашка;")
    rows = (f"Ромашка;{KPP}", "Ромашка;")
    await table(connection, *rows, size=size)
    assert [kpp for _, kpp in await known(connection)] == [KPP]
    await table(connection, *rows, size=size)
    assert [kpp for _, kpp in await known(connection)] == [KPP]


async def test_where_branches_are_known_another_one_is_new(connection: Connection) -> None:
    await table(connection, f"Ромашка;{KPP}", f"Филиал;{OTHER}", "Без КПП;")
    assert [kpp for _, kpp in await known(connection)] == ["", KPP, OTHER]
    assert await table(connection, "Новый филиал;770201001") == ["created"]


async def test_of_several_elements_the_one_without_a_kpp_is_it(connection: Connection) -> None:
    await table(connection, "Ромашка;")
    [(firm, _)] = await known(connection)
    assert await from_1c(connection, (REF, KPP), (OTHER_REF, "")) == ["created", "updated"]
    assert (await known(connection))[0] == (firm, "")


@pytest.mark.parametrize("elements", [[(REF, KPP)], [(REF, KPP), (OTHER_REF, OTHER)]])
async def test_1c_takes_over_the_firm_that_a_file_had_without_one(
    connection: Connection, elements: list[tuple[str, str]]
) -> None:
    await table(connection, "Ромашка;")
    [(firm, _)] = await known(connection)
    assert await from_1c(connection, *elements) == ["updated", "created"][: len(elements)]
    assert (await known(connection))[0] == (firm, KPP)


async def test_what_1c_has_without_a_kpp_a_file_leaves_alone(connection: Connection) -> None:
    assert await from_1c(connection, (REF, "")) == ["created"]
    assert await table(connection, f"Ромашка;{KPP}") == ["duplicate"]
    assert [kpp for _, kpp in await known(connection)] == [""]
