"""Names behind references: few requests, a bounded memory."""

from jobs.sources.onec.lookups import Lookups, Ref
from tests.onec.world import OneCBase

ACCOUNTS = "Catalog_БанковскиеСчета"
WANTED = {ACCOUNTS: ("НомерСчета",), "Catalog_Организации": ("Description",)}


def accounts(base: OneCBase) -> list[Ref]:
    return [(ACCOUNTS, element["Ref_Key"]) for element in base.simulator.world.firm.elements[ACCOUNTS]]


async def test_a_page_of_references_is_one_request_for_each_catalogue() -> None:
    base = OneCBase()
    wanted = [*accounts(base)[:20], ("Catalog_Организации", base.simulator.world.firm.ref("organisation"))]
    async with base.client() as onec:
        found = await Lookups(onec, WANTED).find(wanted * 3)
    assert found[wanted[0]] == {"НомерСчета": base.simulator.world.firm.account("own-1")}
    assert found[wanted[-1]] == {"Description": 'Торговый дом "Причал" ООО'}
    assert base.requests(ACCOUNTS) == base.requests("Организации") == 1


async def test_what_is_known_is_not_asked_for_again() -> None:
    base = OneCBase()
    async with base.client() as onec:
        lookups = Lookups(onec, WANTED)
        first = await lookups.find(accounts(base)[:3])
        assert await lookups.find(accounts(base)[:3]) == first
    assert base.requests(ACCOUNTS) == 1


async def test_an_element_that_1c_does_not_give_is_empty_and_remembered() -> None:
    base = OneCBase()
    gone = (ACCOUNTS, "1fa1a135-d89b-11e6-8343-40167e2531c3")
    async with base.client() as onec:
        lookups = Lookups(onec, WANTED)
        assert [await lookups.find([gone]) for _ in range(2)] == [{gone: {}}] * 2
    assert base.requests(ACCOUNTS) == 1


async def test_catalogues_nobody_wants_are_left_out() -> None:
    base = OneCBase()
    async with base.client() as onec:
        assert await Lookups(onec, WANTED).find([("Catalog_ФизическиеЛица", "x")]) == {}
    assert not base.simulator.seen


async def test_only_the_most_recent_are_remembered() -> None:
    base = OneCBase()
    async with base.client() as onec:
        lookups = Lookups(onec, WANTED, remembered=2)
        found = await lookups.find(accounts(base)[:5])
        assert len(found) == 5  # a page is whole even where it is bigger than the memory
        await lookups.find(list(found)[-2:])
        await lookups.find(accounts(base)[:5])
    assert base.requests(ACCOUNTS) >= 2
