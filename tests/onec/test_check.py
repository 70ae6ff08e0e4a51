"""`tidemark onec check`: each step with ✓ or ✗, and where in 1C to mend it."""

import json
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from jobs.sources.onec.check import Check, check
from stack.onec.catalogues import Firm
from stack.onec.schema import IN, OUT
from stack.onec.world import World
from tests.onec.world import OneCBase, settings

NOON = datetime(2024, 3, 10, 9, 0, tzinfo=UTC)
GOOD = ["address", "login", "rights", "entity_sets", "documents", "timezone"]


@pytest.fixture
def base() -> OneCBase:
    return OneCBase(world=World(Firm(contractors=5), 2, date(2024, 3, 1), date(2024, 3, 10)))


async def looked(base: OneCBase, **changes: Any) -> list[Check]:
    return await check(settings(**changes), NOON, base.transport, base.sleep)


async def test_all_is_well(base: OneCBase) -> None:
    checks = await looked(base)
    assert [(one.step, one.ok, one.mend) for one in checks] == [(step, True, None) for step in GOOD]
    document = next(one for one in checks if one.step == "documents")
    assert document.args["date"] == "2024-03-10"
    assert base.simulator.sessions.opened == {}


@pytest.mark.parametrize(
    ("fault", "step", "code", "mend", "before"),
    [
        ("gateway", "address", "onec_gateway", "mend_reachable", []),
        ("not_json", "address", "onec_not_json", "mend_address", []),
        ("redirect", "address", "onec_redirected", "mend_address", []),
        ("not_implemented", "address", "onec_not_implemented", "mend_publication", []),
        ("licence", "address", "onec_no_licence", "mend_licence", []),
        ("login", "login", "onec_login", "mend_login", ["address"]),
        ("forbidden", "login", "onec_forbidden", "mend_user_allowed", ["address"]),
        ("rights", "rights", "onec_rights", "mend_rights", ["address", "login"]),
    ],
)
async def test_the_first_step_that_fails_is_the_last_one(
    base: OneCBase, fault: str, step: str, code: str, mend: str, before: list[str]
) -> None:
    base.fault(fault, times=0)
    *good, bad = await looked(base)
    assert [one.step for one in good if one.ok] == before
    assert (bad.step, bad.ok, bad.code, bad.mend) == (step, False, code, mend)


@pytest.mark.parametrize(
    ("fault", "step", "mend"),
    [
        ("rights", "rights", "mend_rights"),
        ("exception", "documents", "mend_exception"),
        ("no_entity", "documents", "mend_entity_sets"),
    ],
)
async def test_a_document_that_cannot_be_read_is_said(
    base: OneCBase, fault: str, step: str, mend: str
) -> None:
    base.fault(fault, path=IN)
    bad = (await looked(base))[-1]
    assert (bad.step, bad.ok, bad.mend) == (step, False, mend)
    assert bad.detail


async def test_another_address_is_a_publication(base: OneCBase) -> None:
    (bad,) = await looked(base, base_url="http://onec/nothing/odata/standard.odata")
    assert (bad.code, bad.mend) == ("onec_no_service", "mend_publication")


async def test_an_address_without_its_end_is_said() -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"value": []})

    first = (await check(settings("http://onec/base"), NOON, httpx.MockTransport(answer)))[0]
    assert (first.ok, first.code, first.mend) == (False, "check_address_suffix", "mend_address")


async def test_missing_entity_sets_are_named() -> None:
    base = OneCBase(unpublished=frozenset({OUT, "Catalog_Валюты"}))
    checks = await looked(base)
    bad = next(one for one in checks if not one.ok)
    assert (bad.step, bad.mend) == ("entity_sets", "mend_entity_sets")
    assert bad.args == {"names": f"{OUT}, Catalog_Валюты", "count": 2}


async def test_no_document_is_said() -> None:
    base = OneCBase(world=World(Firm(contractors=5), 0, date(2024, 3, 1), date(2024, 3, 10)))
    bad = next(one for one in await looked(base) if not one.ok)
    assert (bad.code, bad.mend) == ("check_no_documents", "mend_no_documents")


async def test_rights_that_hide_rows_are_said(base: OneCBase) -> None:
    assert "check_allowed_only" in {one.code for one in await looked(base, allowed_only=True)}


@pytest.mark.parametrize(
    ("timezone", "now", "code"),
    [
        ("Europe/Atlantis", NOON, "check_timezone_unknown"),
        ("../etc/passwd", NOON, "check_timezone_unknown"),
        ("America/New_York", datetime(2024, 3, 10, 1, 0, tzinfo=UTC), "check_timezone_future"),
        ("Europe/Moscow", datetime(2024, 3, 10, 1, 0, tzinfo=UTC), "check_timezone"),
    ],
)
async def test_a_time_zone_that_cannot_be_right_is_said(
    base: OneCBase, timezone: str, now: datetime, code: str
) -> None:
    found = await check(settings(timezone=timezone), now, base.transport, base.sleep)
    assert found[-1].code == code


class Late(httpx.AsyncBaseTransport):
    """The web server's clock is an hour behind."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(request)
        answer.headers["Date"] = "Sun, 10 Mar 2024 08:00:00 GMT"
        return answer


async def test_clocks_that_differ_are_said(base: OneCBase) -> None:
    bad = (await check(settings(), NOON, Late(base.transport), base.sleep))[-1]
    assert (bad.code, bad.args, bad.mend) == ("check_clock", {"seconds": -3600}, "mend_clock")


async def test_no_argument_carries_the_password(base: OneCBase) -> None:
    said = json.dumps([one.args for one in await looked(base)], ensure_ascii=False)
    assert "п@роль" not in said
    assert "п@роль" not in repr(settings())
