"""The client against the simulator: what it asks, what it makes of each refusal, its session."""

import pytest

from domain.errors import SourceRefused, SourceUnavailable, TidemarkError
from jobs.sources.onec import literals
from jobs.sources.onec.connection import PAUSES
from stack.onec.schema import IN
from tests.onec.world import DAY, LAST, OneCBase

PERIOD = literals.period(DAY, LAST)


@pytest.fixture
def base() -> OneCBase:
    return OneCBase()


async def code_of(base: OneCBase, **settings: object) -> TidemarkError:
    with pytest.raises(TidemarkError) as caught:
        async with base.client(**settings) as onec:
            await onec.page(IN, PERIOD, 5, ("Ref_Key", "Date"))
    return caught.value


async def test_it_counts_and_reads_a_page_in_order(base: OneCBase) -> None:
    async with base.client() as onec:
        assert await onec.count(IN, PERIOD) == 21
        page = await onec.page(IN, PERIOD, 5, ("Ref_Key", "Date"))
    assert [sorted(item) for item in page] == [["Date", "Ref_Key"]] * 5
    assert [item["Ref_Key"] for item in page] == [item["Ref_Key"] for item in base.posted()[:5]]


async def test_elements_by_reference_come_in_few_requests(base: OneCBase) -> None:
    refs = [element["Ref_Key"] for element in base.simulator.world.firm.elements["Catalog_БанковскиеСчета"]]
    async with base.client() as onec:
        found = await onec.by_refs("Catalog_БанковскиеСчета", refs * 3, ("Ref_Key",))
    assert {item["Ref_Key"] for item in found} == set(refs)
    assert base.requests("БанковскиеСчета") == 2  # 96 references, 50 at once


async def test_what_is_published_is_known(base: OneCBase) -> None:
    async with base.client() as onec:
        assert IN in await onec.entity_sets()


async def test_one_session_serves_all_requests_and_is_finished(base: OneCBase) -> None:
    async with base.client() as onec:
        for _ in range(3):
            await onec.count(IN, PERIOD)
        assert len(base.simulator.sessions.opened) == 1
    sessions = base.simulator.sessions
    assert (sessions.started, sessions.finished, sessions.opened) == (1, 1, {})


async def test_the_session_is_finished_after_an_error_too(base: OneCBase) -> None:
    async def stopped_in_the_middle() -> None:
        async with base.client() as onec:
            await onec.count(IN, PERIOD)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await stopped_in_the_middle()
    assert base.simulator.sessions.finished == 1
    assert not base.simulator.sessions.opened


async def test_nothing_asked_is_no_session(base: OneCBase) -> None:
    async with base.client():
        pass
    assert not base.simulator.seen


async def test_a_forgotten_session_is_begun_anew(base: OneCBase) -> None:
    async with base.client() as onec:
        await onec.count(IN, PERIOD)
        base.fault("session_lost")
        assert await onec.count(IN, PERIOD) == 21
    assert (base.simulator.sessions.started, base.simulator.sessions.opened) == (2, {})


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("login", "onec_login"),
        ("rights", "onec_rights"),
        ("forbidden", "onec_forbidden"),
        ("no_entity", "onec_no_entity"),
        ("exception", "onec_exception"),
        ("not_implemented", "onec_not_implemented"),
        ("not_json", "onec_not_json"),
        ("broken_json", "onec_not_json"),
        ("redirect", "onec_redirected"),
    ],
)
async def test_a_refusal_is_final_at_once(base: OneCBase, fault: str, code: str) -> None:
    base.fault(fault)
    error = await code_of(base)
    assert isinstance(error, SourceRefused)
    assert error.code == code
    assert base.pauses == []
    assert not base.simulator.sessions.opened


async def test_a_short_burst_of_503_is_waited_for(base: OneCBase) -> None:
    base.fault("gateway", times=2)
    async with base.client() as onec:
        assert await onec.count(IN, PERIOD) == 21
    assert base.pauses == list(PAUSES)


async def test_a_long_burst_of_503_is_unavailable(base: OneCBase) -> None:
    base.fault("gateway", times=3)
    error = await code_of(base)
    assert isinstance(error, SourceUnavailable)
    assert (error.code, error.arguments) == ("onec_gateway", {"status": 503})
    assert len(base.simulator.seen) == 3


async def test_no_free_licence_is_unavailable(base: OneCBase) -> None:
    base.simulator.sessions.licences = 0
    error = await code_of(base)
    assert isinstance(error, SourceUnavailable)
    assert error.code == "onec_no_licence"


async def test_a_wrong_password_is_a_login(base: OneCBase) -> None:
    assert (await code_of(base, password="x")).code == "onec_login"


async def test_an_unpublished_set_is_named() -> None:
    error = await code_of(OneCBase(unpublished=frozenset({IN})))
    assert (error.code, error.arguments["entity"]) == ("onec_no_entity", IN)


async def test_another_path_is_no_service(base: OneCBase) -> None:
    assert (await code_of(base, base_url="http://onec/other/odata/standard.odata")).code == "onec_no_service"


async def test_an_unknown_field_is_a_bad_request(base: OneCBase) -> None:
    with pytest.raises(SourceRefused) as caught:
        async with base.client() as onec:
            await onec.page(IN, PERIOD, 1, ("НетТакого",))
    assert caught.value.code == "onec_bad_request"
    assert "НетТакого" in (caught.value.detail or "")


async def test_behind_iis_the_query_gets_shorter_by_itself() -> None:
    base = OneCBase(query_limit=2_048)
    refs = [element["Ref_Key"] for element in base.simulator.world.firm.elements["Catalog_БанковскиеСчета"]]
    async with base.client() as onec:
        page = await onec.page(IN, PERIOD, 5, ("Комментарий",) * 60)
        assert "НазначениеПлатежа" in page[0]
        found = await onec.by_refs("Catalog_БанковскиеСчета", refs, ("Ref_Key",))
    assert len(found) == len(refs)
    # One query was refused; from then on all were short enough.
    assert [len(seen.query) > 2_048 for seen in base.simulator.seen].count(True) == 1


async def test_a_limit_too_low_for_one_reference_is_refused(base: OneCBase) -> None:
    with pytest.raises(SourceRefused, match="onec_query_too_long"):
        async with base.client(query_limit=10) as onec:
            await onec.by_refs(IN, [base.posted()[0]["Ref_Key"]])


async def test_allowed_only_is_asked_for_when_wanted(base: OneCBase) -> None:
    async with base.client(allowed_only=True) as onec:
        await onec.count(IN, PERIOD)
    assert "allowedOnly=true" in base.simulator.seen[0].query


async def test_an_object_instead_of_a_collection_is_unexpected(base: OneCBase) -> None:
    ref = base.posted()[0]["Ref_Key"]
    with pytest.raises(SourceRefused, match="onec_unexpected"):
        async with base.client() as onec:
            await onec.page(f"{IN}(guid'{ref}')", PERIOD, 1)


async def test_a_count_that_is_no_number_is_not_json(base: OneCBase) -> None:
    base.fault("not_json")
    with pytest.raises(SourceRefused, match="onec_not_json"):
        async with base.client() as onec:
            await onec.count(IN, PERIOD)
