"""The wire to 1C: Basic auth, one session, short retries of the transport, answers or errors."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

import httpx

from domain.errors import SourceRefused, SourceUnavailable, TidemarkError
from jobs.sources.onec import errors
from jobs.sources.onec.settings import SHORT_QUERY, OneCSettings

# Seconds before the second and the third try of one request; longer waits are the conductor's.
PAUSES = (0.3, 1.0)
_FINISH_SECONDS = 5.0
# What a web server answers when it, and not 1C, did not like the request or no longer knows the session.
_NOT_BY_1C = frozenset({400, 404, 406, 414})

Sleep = Callable[[float], Awaitable[None]]


class QueryTooLong(SourceRefused):
    """The web server takes shorter queries only; the limit has been lowered, so a shorter one may do."""


class Connection:
    """To be entered with ``async with``; requests are made one after another.

    A session starts with the first answer and is finished on leaving, whatever happened: each one
    holds a licence until 1C forgets it after 20 idle minutes.
    """

    def __init__(
        self,
        settings: OneCSettings,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.query_limit = settings.query_limit
        self.server_time: str | None = None  # the Date header of the last answer
        self._sleep = sleep
        self._session_asked = False
        self._base = settings.base_url.rstrip("/")
        self._http = httpx.AsyncClient(
            auth=httpx.BasicAuth(settings.user, settings.password),
            headers={"Accept": "application/json"},
            timeout=httpx.Timeout(settings.read_timeout, connect=settings.connect_timeout),
            transport=transport,
            trust_env=False,  # no proxy and no .netrc behind the settings' back
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._finish_session()
        finally:
            await self._http.aclose()

    async def get(self, path: str, query: str, entity: str, may_restart: bool = True) -> bytes:
        """The body of a 200; every other answer is an error of the tree. ``path`` is percent-encoded."""
        if len(query) > self.query_limit:
            raise QueryTooLong("onec_query_too_long", entity=entity)
        answer = await self._request(f"{self._base}/{path}?{query}")
        if answer.status_code == 200:
            return answer.content
        words = errors.said(answer.content)
        if words.code is None and answer.status_code in _NOT_BY_1C and not errors.is_licence(words):
            if len(query) > SHORT_QUERY:
                self.query_limit = SHORT_QUERY
                raise QueryTooLong("onec_query_too_long", words.text, entity=entity)
            if may_restart and self._in_session:
                self._forget_session()
                return await self.get(path, query, entity, may_restart=False)
        raise errors.refusal(answer.status_code, words, entity)

    async def _request(self, url: str) -> httpx.Response:
        """Send it, and again after network errors and 502, 503, 504: a GET changes nothing."""
        for pause in PAUSES:
            try:
                answer = await self._send(url)
            except SourceUnavailable:
                await self._sleep(pause)
                continue
            if answer.status_code not in errors.RETRIED:
                return answer
            await self._sleep(pause)
        return await self._send(url)

    async def _send(self, url: str) -> httpx.Response:
        try:
            answer = await self._http.get(url, headers={} if self._session_asked else {"IBSession": "start"})
        except httpx.TransportError as error:
            raise _failure(error) from error
        except httpx.InvalidURL as error:
            raise SourceRefused("onec_address") from error
        except httpx.DecodingError as error:
            raise SourceRefused("onec_not_json") from error
        self.server_time = answer.headers.get("Date")
        if answer.is_success:
            self._session_asked = True  # 1C before 8.3.9 gives no cookie; asking again would leak licences
        return answer

    @property
    def _in_session(self) -> bool:
        return any(cookie.name.lower() == "ibsession" for cookie in self._http.cookies.jar)

    def _forget_session(self) -> None:
        self._http.cookies.clear()
        self._session_asked = False

    async def _finish_session(self) -> None:
        if not self._in_session:
            return
        try:
            async with asyncio.timeout(_FINISH_SECONDS):
                await self._http.get(f"{self._base}/?$format=json", headers={"IBSession": "finish"})
        except (httpx.HTTPError, TimeoutError):
            return  # 1C is gone; it forgets the session by itself


def _failure(error: httpx.TransportError) -> TidemarkError:
    if isinstance(error, httpx.UnsupportedProtocol):
        return SourceRefused("onec_address")
    if isinstance(error, httpx.TimeoutException):
        return SourceUnavailable("onec_timeout")
    if not isinstance(error, httpx.ConnectError):
        return SourceUnavailable("onec_connection_lost", str(error))
    if _caused_by_certificate(error):
        return SourceRefused("onec_certificate", str(error))
    return SourceUnavailable("onec_unreachable", str(error))


def _caused_by_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        error = error.__cause__ or error.__context__
    return False
