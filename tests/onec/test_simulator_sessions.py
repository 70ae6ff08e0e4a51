"""Logins, sessions and licences, planned faults, documents that change: the simulator's own switches."""

import asyncio
import sys
from datetime import date

import httpx
import pytest

from stack.onec.app import PREFIX, build
from stack.onec.faults import Fault, Faults
from stack.onec.main import configured
from stack.onec.schema import IN
from stack.onec.sessions import IDLE_SECONDS, NoLicence, Sessions, UnknownSession
from stack.onec.simulator import Simulator
from tests.onec.world import small_world

JSON = {"$format": "json", "$top": "1"}


def browser(simulator: Simulator, user: str = "tidemark") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(build(simulator))
    return httpx.AsyncClient(
        transport=transport, base_url="http://onec", auth=httpx.BasicAuth(user, "tidemark")
    )


@pytest.mark.parametrize(
    "header", ["", "Basic", "Basic %%%", "Basic /w==", "Bearer eA==", "Basic dGlkZW1hcms6eA=="]
)
async def test_a_wrong_login_is_401_in_html(header: str) -> None:
    transport = httpx.ASGITransport(build(Simulator(world=small_world())))
    async with httpx.AsyncClient(transport=transport, base_url="http://onec") as http:
        answer = await http.get(f"{PREFIX}/{IN}", headers={"Authorization": header})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Basic realm=""')
    assert "html" in answer.text


async def test_sessions_hold_licences_until_they_are_finished() -> None:
    simulator = Simulator(world=small_world(), sessions=Sessions(licences=1))
    async with browser(simulator) as first:
        assert (await first.get(PREFIX, params=JSON, headers={"IBSession": "start"})).status_code == 200
        async with browser(simulator) as second:
            refused = await second.get(PREFIX, params=JSON, headers={"IBSession": "start"})
            assert (refused.status_code, "лицензии" in refused.text) == (500, True)
            assert (await second.get(PREFIX, params=JSON)).status_code == 500
        assert (await first.get(PREFIX, params=JSON)).status_code == 200
        await first.get(PREFIX, params=JSON, headers={"IBSession": "finish"})
        assert not first.cookies
        assert (await first.get("/_simulate")).json()["sessions"] == {"open": 0, "started": 1, "finished": 1}


async def test_an_unknown_session_is_404() -> None:
    async with browser(Simulator(world=small_world())) as http:
        http.cookies.set("ibsession", "gone", path="/base")
        assert (await http.get(PREFIX, params=JSON)).status_code == 404


def test_an_idle_session_is_forgotten() -> None:
    now = [0.0]
    sessions = Sessions(licences=1, clock=lambda: now[0])
    session = sessions.start()
    now[0] = IDLE_SECONDS - 1
    sessions.touch(session)
    with pytest.raises(NoLicence):
        sessions.start()
    now[0] += IDLE_SECONDS
    with pytest.raises(UnknownSession):
        sessions.touch(session)
    sessions.finish(session)
    assert sessions.finished == 0


async def test_a_header_makes_one_request_fail() -> None:
    async with browser(Simulator(world=small_world())) as http:
        failed = await http.get(f"{PREFIX}/{IN}", params=JSON, headers={"X-Simulate": "exception"})
        assert (failed.status_code, failed.json()["odata.error"]["code"]) == (500, "-1")
        assert (await http.get(f"{PREFIX}/{IN}", params=JSON)).status_code == 200
        slow = await http.get(f"{PREFIX}/{IN}", params=JSON, headers={"X-Simulate": "slow; seconds=0"})
        assert slow.status_code == 200


async def test_faults_are_planned_for_requests_to_come() -> None:
    async with browser(Simulator(world=small_world())) as http:
        plan = {"fault": "gateway", "times": 2, "after": 1, "path": "Document_"}
        assert (await http.post("/_simulate", json=plan)).json() == {"planned": 1}
        codes = [(await http.get(f"{PREFIX}/{IN}", params=JSON)).status_code for _ in range(4)]
        assert codes == [200, 503, 503, 200]


@pytest.mark.parametrize(
    "plan", [{"fault": "no such"}, {}, [], {"fault": "slow", "times": "x"}, {"fault": "deleted"}]
)
async def test_a_plan_that_is_none_is_refused(plan: object) -> None:
    async with browser(Simulator(world=small_world())) as http:
        assert (await http.post("/_simulate", json=plan)).status_code == 400


def test_a_fault_waits_for_its_path_and_its_turn() -> None:
    faults = Faults()
    faults.plan(Fault("rights", times=0, after=1, path="Catalog"))
    taken = [faults.take(path) for path in ("Document", "Catalog", "Catalog", "Catalog")]
    assert [fault.name if fault else None for fault in taken] == [None, None, "rights", "rights"]


async def test_documents_are_changed_unposted_and_deleted_until_a_reset() -> None:
    simulator = Simulator(world=small_world())
    async with browser(simulator) as http:
        refs = []
        for what in ("changed", "unposted", "deleted"):
            asked = {"fault": what, "date": "2024-03-01", "count": 2}
            refs.append((await http.post("/_simulate", json=asked)).json()["refs"])
        by_ref = {"fault": "changed", "ref": refs[0][0]}
        assert (await http.post("/_simulate", json=by_ref)).json() == {"refs": [refs[0][0]]}
        # The two of "changed" come first in the day and were unposted next; then the next two went.
        assert refs[0] == refs[1] != refs[2]
        posted = [head["Ref_Key"] for _, head in simulator.world.of_day(date(2024, 3, 1))]
        assert not {*refs[0], *refs[2]} & set(posted)
        assert (await http.delete("/_simulate")).status_code == 204
        assert len(simulator.world.of_day(date(2024, 3, 1))) == len(posted) + 4


def test_its_size_comes_from_the_environment() -> None:
    found = configured({"TIDEMARK_ONEC_PER_DAY": "3", "TIDEMARK_ONEC_USER": "Иван", "TIDEMARK_ONEC_SEED": ""})
    assert (found.world.per_day, found.user, found.world.firm.seed) == (3, "Иван", "tidemark")


async def test_it_runs_as_a_process_on_the_loopback_address(unused_tcp_port: int) -> None:
    command = [sys.executable, "-m", "stack.onec.main", "--port", str(unused_tcp_port)]
    process = await asyncio.create_subprocess_exec(*command)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{unused_tcp_port}") as http:
            async with asyncio.timeout(30):
                while True:
                    try:
                        answer = await http.get("/_simulate")
                        break
                    except httpx.ConnectError:
                        assert process.returncode is None
                        await asyncio.sleep(0.02)
        assert answer.json()["requests"] == 0
    finally:
        process.terminate()
        assert await process.wait() in (0, -15)
