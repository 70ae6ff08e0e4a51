"""Around every request: an id for support, headers that keep browsers strict, limits, the last resort."""

import logging
import re
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy.exc import SQLAlchemyError
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import MEDIA_TYPE, Problem, body, unavailable
from infra.postgres import is_outage
from infra.wording import language_of

log = logging.getLogger(__name__)

CORRELATION = "tidemark-correlation-id"
AS_OF = "tidemark-as-of"
# Younger than this, what is read is called current.
STALE_SECONDS = 2.0
JSON_BYTES = 1024 * 1024
_CORRELATION = re.compile(r"[A-Za-z0-9._-]{1,64}")
_STRICT = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
}


class Guard:
    """Outermost: whatever happens inside, the caller gets an answer that names the id for support."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get(CORRELATION, "")
        correlation_id = given if _CORRELATION.fullmatch(given) else str(uuid4())
        scope.setdefault("state", {})["correlation_id"] = correlation_id
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _add(MutableHeaders(scope=message), scope, correlation_id)
            await send(message)

        try:
            await self._app(scope, _limited(receive, headers), sending)
        except ClientDisconnect:
            log.info("The client left in the middle of its request (%s)", correlation_id)
        except Exception as error:
            # The edge: what nobody below could name is logged whole and answered without a detail.
            problem = _problem(error, correlation_id)
            if problem.status_code == 500:
                log.exception("Unexpected error (%s)", correlation_id)
            if started:
                raise
            await _answer(problem, headers, correlation_id, sending)


def _problem(error: Exception, correlation_id: str) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, SQLAlchemyError | OSError | TimeoutError) and is_outage(error):
        log.warning("PostgreSQL is away: %s", error)
        return unavailable("database_unavailable")
    return Problem(500, "internal_error", correlation_id=correlation_id)


async def _answer(problem: Problem, headers: Headers, correlation_id: str, send: Send) -> None:
    content = orjson.dumps(
        body(problem, language_of(headers.get("accept-language")), correlation_id), default=str
    )
    found: Mapping[str, str] = problem.headers or {}
    raw = [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(len(content)).encode())]
    raw += [(name.lower().encode(), value.encode()) for name, value in found.items()]
    await send({"type": "http.response.start", "status": problem.status_code, "headers": raw})
    await send({"type": "http.response.body", "body": content})


def _add(headers: MutableHeaders, scope: Scope, correlation_id: str) -> None:
    headers[CORRELATION] = correlation_id
    for name, value in _STRICT.items():
        headers.setdefault(name, value)
    if scope["method"] == "GET" and (as_of := _as_of(scope)) is not None:
        headers[AS_OF] = as_of


def _as_of(scope: Scope) -> str | None:
    """When what is shown was current, where that is long enough ago to be said."""
    context = getattr(scope["app"].state, "context", None) if "app" in scope else None
    known: Any = context.hub.freshness if context is not None else None
    if known is None or known.as_of is None or (known.age_seconds or 0.0) < STALE_SECONDS:
        return None
    return str(known.as_of.isoformat().replace("+00:00", "Z"))


def _limited(receive: Receive, headers: Headers) -> Receive:
    """1 MB for everything but uploads, which count for themselves."""
    if headers.get("content-type", "").startswith("multipart/form-data"):
        return receive
    seen = 0
    length = headers.get("content-length", "")
    declared = int(length) if length.isdecimal() else 0

    async def limited() -> Message:
        nonlocal seen
        if declared > JSON_BYTES:
            raise _too_large()
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > JSON_BYTES:
            raise _too_large()
        return message

    return limited


def _too_large() -> Problem:
    return Problem(
        413, "body_too_large", field="body", headers={"Connection": "close"}, limit_kb=JSON_BYTES // 1024
    )
