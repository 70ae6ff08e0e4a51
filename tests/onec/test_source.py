"""A period of 1C as a source: exactly its documents, and the same ones at every reading."""

from contextlib import aclosing
from datetime import date

import pytest

from domain.errors import SourceRefused, SourceUnavailable
from jobs.sources.onec.pages import MemoryPages, StoredPage
from jobs.sources.onec.transactions import to_transaction
from stack.onec.schema import IN, OUT
from tests.onec.world import DAY, DOCUMENTS, LAST, OneCBase, rows_of


@pytest.fixture
def base() -> OneCBase:
    return OneCBase()


async def test_it_brings_exactly_the_posted_documents_of_the_period_in_order(base: OneCBase) -> None:
    source = base.source()
    assert (await source.survey()).rows == DOCUMENTS
    rows = await rows_of(source)
    assert [row["Ref_Key"] for row in rows] == [document["Ref_Key"] for document in base.posted()]
    assert (source.summary().rows, source.summary().notes) == (DOCUMENTS, ())


@pytest.mark.parametrize("page_size", [1, 3, 7, 21, 1_000])
async def test_the_page_size_changes_nothing(base: OneCBase, page_size: int) -> None:
    rows = await rows_of(base.source(settings={"page_size": page_size}))
    assert len(rows) == DOCUMENTS


async def test_every_row_becomes_a_transaction_with_its_words(base: OneCBase) -> None:
    found = [to_transaction(row, {}, 0) for row in await rows_of(base.source())]
    assert {one.account for one in found} <= set(base.simulator.world.firm.own_accounts)
    assert {one.currency for one in found} == {"RUB"}
    assert [one.direction for one in found] == ["in"] * 21 + ["out"] * 21
    by_type = {document["Ref_Key"]: document["Контрагент_Type"] for document in base.posted()}
    for row in await rows_of(base.source()):
        assert bool(row["КонтрагентИНН"]) is (by_type[row["Ref_Key"]].endswith("Контрагенты"))
    assert not {warning for one in found for warning in one.warnings}


async def test_only_a_few_requests_are_made(base: OneCBase) -> None:
    source = base.source(settings={"page_size": 1_000})
    await source.survey()
    await rows_of(source)
    # Two counts, a page of each set, five catalogues for the first page and what is new in the second.
    assert len(base.simulator.seen) <= 14
    assert base.simulator.sessions.finished == base.simulator.sessions.started == 2


async def test_a_second_reading_gives_the_same_rows_and_does_not_ask_1c(base: OneCBase) -> None:
    store = MemoryPages()
    first = await rows_of(base.source(store))
    base.simulator.seen.clear()
    base.simulator.change_of_day("unposted", DAY, 3)
    base.simulator.change_of_day("changed", LAST, 3)
    assert await rows_of(base.source(store)) == first
    assert not base.simulator.seen


async def test_another_attempt_asks_again_and_sees_what_changed(base: OneCBase) -> None:
    store = MemoryPages()
    first = await rows_of(base.source(store))
    (gone,) = base.simulator.change_of_day("unposted", DAY, 1)
    (changed,) = base.simulator.change_of_day("changed", LAST, 1)
    second = {row["Ref_Key"]: row for row in await rows_of(base.source(store, attempt=2))}
    assert set(second) == {row["Ref_Key"] for row in first} - {gone}
    versions = {row["Ref_Key"]: row["DataVersion"] for row in first}
    assert [ref for ref, row in second.items() if row["DataVersion"] != versions[ref]] == [changed]


async def test_a_broken_reading_goes_on_behind_the_last_stored_page(base: OneCBase) -> None:
    store = MemoryPages()
    base.fault("exception", after=3, path=f"{IN}")
    source = base.source(store)
    with pytest.raises(SourceRefused, match="onec_exception"):
        await rows_of(source)
    assert len(store.kept) == 3  # the survey and two pages of five
    base.simulator.seen.clear()
    assert [row["Ref_Key"] for row in await rows_of(base.source(store))] == [
        document["Ref_Key"] for document in base.posted()
    ]
    assert base.requests(IN) == 3  # pages three, four, and the one document of the fifth


async def test_what_another_reader_stored_first_counts(base: OneCBase) -> None:
    store = MemoryPages()
    await rows_of(base.source(store))

    class Faster(MemoryPages):
        """Every page turns out to be stored at the moment of putting it."""

        async def put_if_absent(self, name: str, data: bytes, /) -> bytes:
            return store.kept[name]

    base.simulator.change_of_day("changed", DAY, 5)
    theirs = await rows_of(base.source(store))
    assert await rows_of(base.source(Faster())) == theirs


async def test_the_same_page_is_the_same_bytes(base: OneCBase) -> None:
    one, two = MemoryPages(), MemoryPages()
    await rows_of(base.source(one))
    await rows_of(base.source(two))
    assert one.kept == two.kept
    page = StoredPage.decode(one.kept["pages/task/1/000001.json.gz"])
    assert StoredPage.decode(page.encode()) == page


@pytest.mark.parametrize("entity", [IN, OUT])
async def test_a_page_that_repeats_stops_the_import_and_is_not_stored(base: OneCBase, entity: str) -> None:
    store = MemoryPages()
    base.fault("repeat", after=2, times=0, path=entity)
    with pytest.raises(SourceRefused, match="onec_page_repeated"):
        await rows_of(base.source(store))
    pages = [StoredPage.decode(data) for name, data in store.kept.items() if "survey" not in name]
    assert [page.entity for page in pages].count(entity) == 1
    assert base.simulator.sessions.opened == {}


async def test_pages_cut_short_on_the_way_lose_no_document(base: OneCBase) -> None:
    base.fault("short", times=0, path="Document_")
    source = base.source()
    assert len(await rows_of(source)) == DOCUMENTS
    assert source.summary().notes == ()


async def test_a_count_that_changed_is_said(base: OneCBase) -> None:
    source = base.source()
    await source.survey()
    base.simulator.change_of_day("unposted", DAY, 2)
    await rows_of(source)
    assert (source.summary().rows, source.summary().notes) == (DOCUMENTS - 2, ("onec_count_changed",))


async def test_allowed_only_is_said(base: OneCBase) -> None:
    source = base.source(settings={"allowed_only": True})
    await rows_of(source)
    assert source.summary().notes == ("onec_allowed_only",)


async def test_everything_may_be_asked_for_to_retract_what_was_taken_back(base: OneCBase) -> None:
    found = [to_transaction(row, {}, 0) for row in await rows_of(base.source(only_posted=False))]
    assert len(found) == DOCUMENTS + 12
    assert sum(one.retracted for one in found) == 12


async def test_an_empty_period_is_no_rows(base: OneCBase) -> None:
    source = base.source(date_from=date(2030, 1, 1), date_to=date(2030, 1, 2))
    assert (await source.survey()).rows == 0
    assert await rows_of(source) == []


async def test_a_period_back_to_front_is_refused_without_asking(base: OneCBase) -> None:
    with pytest.raises(SourceRefused, match="period_reversed"):
        base.source(date_from=LAST, date_to=DAY)


async def test_rights_are_missing_before_anything_is_read(base: OneCBase) -> None:
    base.fault("rights")
    with pytest.raises(SourceRefused, match="onec_rights"):
        await base.source().survey()


async def test_1c_away_in_the_middle_is_unavailable_and_then_goes_on(base: OneCBase) -> None:
    store = MemoryPages()
    base.fault("gateway", after=4, times=3)
    with pytest.raises(SourceUnavailable, match="onec_gateway"):
        await rows_of(base.source(store))
    assert len(await rows_of(base.source(store))) == DOCUMENTS


async def test_a_reader_that_stops_early_gives_its_session_back(base: OneCBase) -> None:
    async with aclosing(base.source().pages()) as pages:
        async for _ in pages:
            break
    assert base.simulator.sessions.opened == {}
