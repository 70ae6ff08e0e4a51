"""The HTTP API as a person uses it: signed in, pages followed, problems in words."""

from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any, Self

import httpx

from cli.failures import Refused, Unreachable
from cli.installation import Account
from infra.wording import Language

PREFIX = "/api/v1"
_PAGE = 500
_OWN_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
# A request to stop waits up to 2 s for its answer; an upload's answer comes when the last byte is stored.
_TIMEOUT = httpx.Timeout(30.0, connect=5.0)
# A file of a million rows is made before its first byte comes.
_DOWNLOAD = httpx.Timeout(30.0, connect=5.0, read=600.0)

Json = dict[str, Any]


class Api:
    """One user's connection; the token is kept in memory and nowhere else."""

    def __init__(self, url: str, account: Callable[[], Account], language: Language) -> None:
        self.url = url
        self.language = language
        self._account = account
        self._token: str | None = None
        # No proxy stands before one's own machine, whatever HTTP_PROXY says.
        self.local = httpx.URL(url).host in _OWN_MACHINE
        self._http = httpx.Client(
            base_url=url,
            headers={"Accept-Language": language},
            timeout=_TIMEOUT,
            trust_env=not self.local,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def token(self) -> str:
        """The access token, signing in where there is none yet."""
        if self._token is None:
            account = self._account()
            form = {"grant_type": "password", "username": account.user, "password": account.password}
            answer = self._sent("POST", f"{PREFIX}/auth/token", data=form)
            self._token = str(_body(answer, self.url)["access_token"])
        return self._token

    def get(self, path: str, params: Mapping[str, Any] | None = None) -> Json:
        return self._call("GET", path, params=params)

    def post(self, path: str, **request: Any) -> Json:
        """``request`` as httpx takes it: ``json``, ``files``, ``data``, ``headers``, ``timeout``."""
        return self._call("POST", path, **request)

    def put(self, path: str, **request: Any) -> Json:
        return self._call("PUT", path, **request)

    def items(self, path: str, params: Mapping[str, Any] | None = None) -> Iterator[Json]:
        """Every item of a list, page after page."""
        cursor: str | None = None
        while True:
            page = self.get(
                path, {"limit": _PAGE, **(params or {}), **({"cursor": cursor} if cursor else {})}
            )
            yield from page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def download(self, path: str, params: Mapping[str, Any], into: IO[bytes]) -> httpx.Headers:
        """A file, written as it comes; returns its headers."""
        headers = {"Authorization": f"Bearer {self.token()}"}
        try:
            with self._http.stream(
                "GET", f"{PREFIX}{path}", params=params, headers=headers, timeout=_DOWNLOAD
            ) as answer:
                if not answer.is_success:
                    answer.read()
                    _body(answer, self.url)
                for piece in answer.iter_bytes():
                    into.write(piece)
                return answer.headers
        except httpx.TransportError as error:
            raise Unreachable("cli.unreachable", self.url, reason=_reason(error)) from error

    def _call(self, method: str, path: str, **request: Any) -> Json:
        headers = dict(request.pop("headers", {}))
        answer = self._authorised(method, path, headers, request)
        if answer.status_code == 401 and "files" not in request:
            # The token has run out during a long watch: sign in again, once.
            self._token = None
            answer = self._authorised(method, path, headers, request)
        return _body(answer, self.url)

    def _authorised(self, method: str, path: str, headers: Json, request: Json) -> httpx.Response:
        signed = {**headers, "Authorization": f"Bearer {self.token()}"}
        return self._sent(method, f"{PREFIX}{path}", headers=signed, **request)

    def _sent(self, method: str, path: str, **request: Any) -> httpx.Response:
        try:
            return self._http.request(method, path, **request)
        except httpx.TransportError as error:
            raise Unreachable("cli.unreachable", self.url, reason=_reason(error)) from error


def _body(answer: httpx.Response, url: str) -> Json:
    """The JSON of a good answer; Refused with the problem of any other."""
    if answer.is_success:
        body: Json = answer.json()
        return body
    if answer.status_code in (502, 503, 504):
        raise _away(answer, url)
    raise Refused(answer.status_code, _problem(answer), url)


def _away(answer: httpx.Response, url: str) -> Unreachable:
    said = _problem(answer).get("detail") or f"HTTP {answer.status_code}"
    return Unreachable("cli.unreachable", url, reason=said)


def _problem(answer: httpx.Response) -> Json:
    try:
        found = answer.json()
    except ValueError:
        # Something before the API answered: a proxy with a page of its own.
        return {}
    return found if isinstance(found, dict) else {}


def _reason(error: httpx.TransportError) -> str:
    return str(error) or type(error).__name__
