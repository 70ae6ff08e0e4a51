"""What 1C has deleted for good is taken back, and nothing else is: hidden is not deleted."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from domain.errors import SourceRefused
from jobs.base import Row
from jobs.sources.onec import gone
from jobs.sources.onec.catalogue import ContractorsSource
from jobs.sources.onec.gone import GONE, Earlier, Imported
from jobs.sources.onec.pages import MemoryPages
from jobs.sources.onec.source import TransactionsSource
from stack.onec.schema import IN, OUT
from tests.onec.world import DAY, DOCUMENTS, LAST, OneCBase, rows_of, settings

SET = "Catalog_Контрагенты"


@pytest.fixture
def base() -> OneCBase:
    return OneCBase()


def remembered(elements: Sequence[Imported]) -> Earlier:
    async def earlier() -> AsyncIterator[Imported]:
        for element in elements:
            yield element

    return earlier


def imported(base: OneCBase) -> list[Imported]:
    """Every posted document of the period, as an earlier sync has left it."""
    sets = {head["Ref_Key"]: name for day in (DAY, LAST) for name, head in base.simulator.world.of_day(day)}
    return [Imported(name, ref, {"Number": f"№ {ref[:4]}"}) for ref, name in sets.items()]


def source(base: OneCBase, elements: Sequence[Imported], **options: Any) -> TransactionsSource:
    return base.source(earlier=remembered(elements), only_posted=False, **options)


def taken_back(rows: Sequence[Row]) -> list[str]:
    return [row["Ref_Key"] for row in rows if GONE in row]


async def test_documents_deleted_for_good_are_told_last(base: OneCBase) -> None:
    earlier = imported(base)
    erased = base.simulator.change_of_day("erased", DAY, 3)
    made = source(base, earlier)
    rows = await rows_of(made)
    assert taken_back(rows) == erased == [row["Ref_Key"] for row in rows[-3:]]
    assert rows[-1]["Number"] == f"№ {erased[-1][:4]}"
    assert (made.summary().rows, made.summary().notes) == (len(rows), ())


async def test_without_a_deletion_1c_is_asked_nothing_more(base: OneCBase) -> None:
    quiet = base.source(only_posted=False)
    await rows_of(quiet)
    usual = len(base.simulator.seen)
    base.simulator.seen.clear()
    assert taken_back(await rows_of(source(base, imported(base)))) == []
    assert len(base.simulator.seen) == usual


async def test_a_second_reading_takes_back_the_same_and_asks_nothing(base: OneCBase) -> None:
    earlier, store = imported(base), MemoryPages()
    erased = base.simulator.change_of_day("erased", LAST, 2)
    first = await rows_of(source(base, earlier, store=store))
    base.simulator.seen.clear()
    base.simulator.change_of_day("erased", DAY, 2)
    made = source(base, [], store=store)
    assert await rows_of(made) == first
    assert taken_back(first) == erased
    assert (len(base.simulator.seen), made.summary().rows) == (0, len(first))


async def test_a_document_of_another_day_comes_as_it_is_now(base: OneCBase) -> None:
    earlier = imported(base)
    base.simulator.world.changes[earlier[0].ref] = {"Date": "2024-05-05T00:00:00"}
    rows = await rows_of(source(base, [*earlier, elsewhere(base)]))
    assert taken_back(rows) == []
    days = {row["Ref_Key"]: row["Date"][:10] for row in rows[-2:]}
    assert days == {earlier[0].ref: "2024-05-05", elsewhere(base).ref: "2024-06-01"}


def elsewhere(base: OneCBase) -> Imported:
    """A document of June that an earlier sync had met in March."""
    [(name, head), *_] = base.simulator.world.of_day(DAY.replace(month=6, day=1))
    return Imported(name, head["Ref_Key"], {})


async def test_what_1c_hides_is_not_deleted(base: OneCBase) -> None:
    earlier = [*imported(base), elsewhere(base)]
    base.fault("rights", times=0, path="(guid")
    made = source(base, earlier, settings={"allowed_only": True})
    assert taken_back(await rows_of(made)) == []
    assert made.summary().notes == ("onec_allowed_only", "onec_missing_unreadable")


async def test_each_is_asked_for_without_allowed_only(base: OneCBase) -> None:
    earlier = imported(base)
    base.simulator.change_of_day("erased", DAY, 1)
    made = source(base, earlier, settings={"allowed_only": True})
    assert len(taken_back(await rows_of(made))) == 1
    asked = [seen.query for seen in base.simulator.seen if "(guid" in seen.path]
    assert len(asked) == 1
    assert "allowedOnly" not in asked[0]


async def test_a_set_that_is_not_published_any_more_deletes_nothing(base: OneCBase) -> None:
    """404 with code 8: it says nothing of the element."""
    earlier = [*imported(base), Imported("Document_Другой", elsewhere(base).ref, {})]
    with pytest.raises(SourceRefused, match="onec_no_entity"):
        await rows_of(source(base, earlier))


async def test_unusually_many_missing_ones_stay(base: OneCBase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gone, "FEW", 2)
    earlier = imported(base)
    erased = base.simulator.change_of_day("erased", DAY, 8)
    made = source(base, earlier)
    assert taken_back(await rows_of(made)) == []
    assert made.summary().notes == ("onec_many_missing",)
    # A tenth of what was read is not unusual.
    base.simulator.world.changes.clear()
    assert taken_back(await rows_of(source(base, earlier, attempt=2))) == []
    base.simulator.change("erased", erased[:2])
    assert len(taken_back(await rows_of(source(base, earlier, attempt=3)))) == 2


async def test_more_than_can_be_remembered_are_not_looked_for(
    base: OneCBase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gone, "MOST_SEEN", DOCUMENTS // 2)
    earlier = imported(base)
    base.simulator.change_of_day("erased", DAY, 1)
    made = source(base, earlier)
    assert taken_back(await rows_of(made)) == []
    assert made.summary().notes == ("onec_deletions_not_checked",)


@pytest.mark.parametrize("entity", [IN, OUT])
async def test_behind_iis_a_moved_document_comes_whole(entity: str) -> None:
    base = OneCBase(query_limit=2048)
    [(name, head), *_] = [
        found for found in base.simulator.world.of_day(DAY.replace(month=6, day=1)) if found[0] == entity
    ]
    rows = await rows_of(source(base, [Imported(name, head["Ref_Key"], {})]))
    assert rows[-1]["Ref_Key"] == head["Ref_Key"]


async def test_contractors_deleted_for_good(base: OneCBase) -> None:
    elements = [one for one in base.simulator.world.firm.elements[SET] if not one["IsFolder"]]
    earlier = [Imported(SET, one["Ref_Key"], {"Description": one["Description"]}) for one in elements]
    base.simulator.change("erased", [earlier[3].ref])
    made = ContractorsSource(
        settings(),
        MemoryPages(),
        "task",
        1,
        earlier=remembered(earlier),
        transport=base.transport,
        sleep=base.sleep,
    )
    rows = [row async for page in made.pages() for row in page.rows]
    assert taken_back(rows) == [earlier[3].ref]
    assert rows[-1]["Description"] == earlier[3].shown["Description"]
    summary = made.summary()
    assert (summary.rows, summary.skipped, summary.notes) == (len(elements) + 1, 1, ())


async def test_the_simulator_forgets_what_was_erased(base: OneCBase) -> None:
    [ref] = base.simulator.change_of_day("erased", DAY, 1)
    async with base.client() as onec:
        assert [await onec.has(name, ref) for name in (IN, OUT)] == [False, False]
        assert await onec.count(IN, f"Ref_Key eq guid'{ref}'") == 0
        contractor = base.simulator.world.firm.ref("contractor", 1)
        assert await onec.has(SET, contractor)
        base.simulator.change("deleted", [contractor])
        [marked] = await onec.by_refs(SET, [contractor])
        assert (marked["DeletionMark"], "Posted" in marked) == (True, False)
        base.simulator.change("erased", [contractor])
        assert not await onec.has(SET, contractor)
        base.simulator.reset()
        assert await onec.has(SET, contractor)
