"""The contractors of 1C as a source: all of them once, folders aside, the same at every reading."""

from typing import Any

import pytest

from domain.errors import MalformedRow, SourceRefused
from jobs.sources.onec.catalogue import FIELDS, ContractorsSource
from jobs.sources.onec.contractors import to_contractor
from jobs.sources.onec.pages import MemoryPages
from tests.onec.world import OneCBase, settings

SET = "Catalog_Контрагенты"
CONTRACTORS = 30


@pytest.fixture
def base() -> OneCBase:
    return OneCBase()


def source(base: OneCBase, store: MemoryPages | None = None, **changes: Any) -> ContractorsSource:
    return ContractorsSource(
        settings(**changes), store or MemoryPages(), "task", 1, transport=base.transport, sleep=base.sleep
    )


def elements(base: OneCBase) -> list[dict[str, Any]]:
    return base.simulator.world.firm.elements[SET]


async def rows_of(of: ContractorsSource) -> list[dict[str, Any]]:
    return [row async for page in of.pages() for row in page.rows]


@pytest.mark.parametrize("page_size", [1, 4, 31, 1_000])
async def test_it_brings_every_element_once_and_skips_folders(base: OneCBase, page_size: int) -> None:
    of = source(base, page_size=page_size)
    assert (await of.survey()).rows == CONTRACTORS + 1
    rows = await rows_of(of)
    expected = {element["Ref_Key"] for element in elements(base) if not element["IsFolder"]}
    assert {row["Ref_Key"] for row in rows} == expected
    assert len(rows) == CONTRACTORS
    summary = of.summary()
    assert (summary.rows, summary.skipped, summary.notes) == (CONTRACTORS + 1, 1, ())


async def test_nothing_personal_beyond_the_name_is_asked_for(base: OneCBase) -> None:
    rows = await rows_of(source(base))
    assert all(set(row) == set(FIELDS) for row in rows)


async def test_a_second_reading_gives_the_same_rows_whatever_1c_did_meanwhile(base: OneCBase) -> None:
    store = MemoryPages()
    first = await rows_of(source(base, store))
    elements(base)[5]["DeletionMark"] = True
    base.simulator.seen.clear()
    again = source(base, store)
    assert await rows_of(again) == first
    assert base.requests(SET) == 0
    assert again.summary().skipped == 1


async def test_pages_that_go_round_in_circles_are_refused(base: OneCBase) -> None:
    of = source(base, page_size=10)
    await of.survey()
    elements(base)[3]["Ref_Key"] = elements(base)[4]["Ref_Key"]
    with pytest.raises(SourceRefused) as refused:
        await rows_of(of)
    assert refused.value.code == "onec_page_repeated"


async def test_rights_that_are_missing_are_said(base: OneCBase) -> None:
    base.fault("rights", times=0)
    with pytest.raises(SourceRefused):
        await source(base).survey()


async def test_every_row_becomes_a_contractor(base: OneCBase) -> None:
    found = [to_contractor(row) for row in await rows_of(source(base))]
    assert len({one.key for one in found}) == CONTRACTORS
    assert {one.kind for one in found} == {"company", "person"}
    assert all(one.full_name and one.name for one in found)
    # Strings of fixed length come padded.
    assert {len(one.inn) for one in found} == {10, 12}
    assert not any(one.warnings for one in found)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"Ref_Key": "00000000-0000-0000-0000-000000000000"}, "onec_no_reference"),
        ({"Description": " ", "НаименованиеПолное": None}, "name_missing"),
        ({"Description": "а\0б"}, "nul_byte"),
    ],
)
async def test_a_row_that_cannot_be_used_says_why(base: OneCBase, changed: dict[str, Any], code: str) -> None:
    row = (await rows_of(source(base)))[0] | changed
    with pytest.raises(MalformedRow) as refused:
        to_contractor(row)
    assert refused.value.code == code


async def test_wrong_numbers_are_warnings(base: OneCBase) -> None:
    row = (await rows_of(source(base)))[0] | {"ИНН": "7700000006", "КПП": "12"}
    assert to_contractor(row).warnings == ("inn_checksum", "kpp_length")
    assert to_contractor(row | {"КПП": "0"}).kpp == ""
