"""What only a real socket shows: nobody there, too slow, cut off, a certificate nobody trusts."""

import socket
import ssl

import httpx
import pytest

from domain.errors import SourceRefused, SourceUnavailable, TidemarkError
from jobs.sources.onec import literals
from jobs.sources.onec.client import OneC
from stack.onec.faults import Fault
from stack.onec.schema import IN
from stack.onec.simulator import Simulator
from tests.onec.world import DAY, LAST, served, settings, small_world

PERIOD = literals.period(DAY, LAST)


async def at_once(_seconds: float) -> None:
    return


def simulator() -> Simulator:
    return Simulator("Администратор", "п@роль:1", small_world())


async def failure(
    url: str, transport: httpx.AsyncBaseTransport | None = None, **changes: float
) -> TidemarkError:
    with pytest.raises(TidemarkError) as caught:
        async with OneC(settings(url, **changes), transport, at_once) as onec:
            await onec.page(IN, PERIOD, 5)
    return caught.value


async def test_a_count_over_a_socket() -> None:
    with served(simulator()) as url:
        async with OneC(settings(url)) as onec:
            assert await onec.count(IN, PERIOD) == 21
            assert onec.server_time


async def test_nobody_there_is_unreachable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        error = await failure(f"http://127.0.0.1:{taken.getsockname()[1]}/odata/standard.odata")
    assert isinstance(error, SourceUnavailable)
    assert error.code == "onec_unreachable"


async def test_too_slow_is_a_timeout() -> None:
    slow = simulator()
    slow.faults.plan(Fault("slow", times=3, seconds=1.0))
    with served(slow) as url:
        error = await failure(url, read_timeout=0.05)
    assert isinstance(error, SourceUnavailable)
    assert error.code == "onec_timeout"


async def test_a_connection_cut_in_the_middle_is_tried_again() -> None:
    dropping = simulator()
    dropping.faults.plan(Fault("drop", times=2))
    with served(dropping) as url:
        async with OneC(settings(url), sleep=at_once) as onec:
            assert len(await onec.page(IN, PERIOD, 5)) == 5
    assert (dropping.sessions.started, dropping.sessions.opened) == (1, {})


async def test_a_connection_cut_again_and_again_is_lost() -> None:
    dropping = simulator()
    dropping.faults.plan(Fault("drop", times=0))
    with served(dropping) as url:
        error = await failure(url)
    assert isinstance(error, SourceUnavailable)
    assert error.code == "onec_connection_lost"


@pytest.mark.parametrize("url", ["ftp://onec/odata/standard.odata", "onec", "http://[::1/odata"])
async def test_no_address_is_refused(url: str) -> None:
    error = await failure(url)
    assert isinstance(error, SourceRefused)
    assert error.code == "onec_address"


class Untrusted(httpx.AsyncBaseTransport):
    """A server whose certificate nobody vouches for, as httpx reports it."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            raise ssl.SSLCertVerificationError("self-signed certificate")
        except ssl.SSLError as error:
            raise httpx.ConnectError(str(error)) from error


async def test_an_untrusted_certificate_is_refused_at_once() -> None:
    error = await failure("https://onec/odata/standard.odata", Untrusted())
    assert isinstance(error, SourceRefused)
    assert error.code == "onec_certificate"


class Garbled(httpx.AsyncBaseTransport):
    """A proxy that says gzip and sends something else."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"Content-Encoding": "gzip"}, stream=httpx.ByteStream(b"no gzip"))


async def test_a_body_that_cannot_be_unpacked_is_not_json() -> None:
    assert (await failure("http://onec/odata/standard.odata", Garbled())).code == "onec_not_json"


class GoneAtTheEnd(httpx.AsyncBaseTransport):
    """1C that stops before its session is finished."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.headers.get("IBSession") == "finish":
            raise httpx.ConnectError("gone")
        return httpx.Response(200, headers={"Set-Cookie": "ibsession=1; path=/"}, content=b'{"value": []}')


async def test_a_1c_that_is_gone_at_the_end_does_not_spoil_the_import() -> None:
    async with OneC(settings(), GoneAtTheEnd(), at_once) as onec:
        assert await onec.page(IN, PERIOD, 5) == []
