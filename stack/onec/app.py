"""The simulator as an ASGI application: the web server's part (login, sessions, limits, faults)."""

import asyncio
import base64
import binascii
import secrets
from datetime import date
from urllib.parse import parse_qsl

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from stack.onec import problems
from stack.onec.faults import Fault
from stack.onec.sessions import NoLicence, UnknownSession
from stack.onec.simulator import CHANGES, Seen, Simulator

PREFIX = "/base/odata/standard.odata"
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


def build(simulator: Simulator | None = None) -> Starlette:
    """The application; its simulator is ``app.state.simulator``."""
    app = Starlette(
        routes=[
            Route("/_simulate", plan, methods=["POST"]),
            Route("/_simulate", reset, methods=["DELETE"]),
            Route("/_simulate", state, methods=["GET"]),
            Route(PREFIX, odata, methods=_METHODS),
            Route(PREFIX + "/{path:path}", odata, methods=_METHODS),
        ],
    )
    app.state.simulator = simulator or Simulator()
    return app


async def odata(request: Request) -> Response:
    """A request to the infobase, with the fault that is its turn."""
    simulator: Simulator = request.app.state.simulator
    path = request.path_params.get("path", "")
    header = request.headers.get("X-Simulate")
    simulator.seen.append(Seen(path, request.url.query, request.headers.get("IBSession", "")))
    fault = Fault.parse(header) if header else simulator.faults.take(path)
    if fault and fault.name == "slow":
        await asyncio.sleep(fault.seconds)
    name = fault.name if fault else ""
    answer = _by_web_server(simulator, request, name) or _in_session(simulator, request, path, name)
    if name == "drop":
        return Dropped(answer.body, headers=_cookies(answer))
    if name == "broken_json":
        half = bytes(answer.body)[: len(answer.body) // 2]
        return Response(half, headers=_cookies(answer), media_type="application/json")
    return answer


def _cookies(answer: Response) -> dict[str, str]:
    return {"Set-Cookie": answer.headers["Set-Cookie"]} if "Set-Cookie" in answer.headers else {}


def _by_web_server(simulator: Simulator, request: Request, fault: str) -> Response | None:
    """What Apache or IIS answers without asking 1C."""
    limit = simulator.query_limit
    if limit is not None and len(request.url.query) > limit:
        return problems.html(404, "Not Found", "HTTP Error 404.15: the query string is too long")
    match fault:
        case "gateway":
            return problems.html(503, "Service Unavailable", "The server is temporarily busy")
        case "not_json":
            return problems.html(200, "Вход в сеть", "Введите номер телефона")
        case "redirect":
            return Response(status_code=302, headers={"Location": "http://127.0.0.1:9/elsewhere"})
        case "forbidden":
            return problems.html(403, "Forbidden")
        case "licence":
            return _no_licence()
        case "session_lost" if "ibsession" in request.cookies:
            simulator.sessions.finish(request.cookies["ibsession"])
    if fault == "login" or not _known_user(simulator, request.headers.get("Authorization", "")):
        return problems.unauthorized()
    return None


def _in_session(simulator: Simulator, request: Request, path: str, fault: str) -> Response:
    sessions, cookie = simulator.sessions, request.cookies.get("ibsession")
    wish = request.headers.get("IBSession", "").lower()
    try:
        if cookie:
            sessions.touch(cookie)
        elif wish == "start":
            cookie = sessions.start()
        else:
            sessions.need_licence()
    except NoLicence:
        return _no_licence()
    except UnknownSession:
        return problems.html(404, "Not Found", "Сеанс не найден")
    answer = _by_onec(simulator, request, path, fault)
    if wish == "start" and cookie:
        answer.set_cookie("ibsession", cookie, path="/base", httponly=True)
    if wish == "finish" and cookie:
        sessions.finish(cookie)
        answer.delete_cookie("ibsession", path="/base")
    return answer


def _by_onec(simulator: Simulator, request: Request, path: str, fault: str) -> Response:
    options = dict(parse_qsl(request.url.query, keep_blank_values=True))
    wanted = options.get("$format", "") + request.headers.get("Accept", "")
    as_json = "json" in wanted
    base = str(request.base_url).rstrip("/") + PREFIX
    try:
        if fault in _REFUSALS:
            raise _REFUSALS[fault]()
        if request.method not in ("GET", "HEAD"):
            raise problems.not_implemented()
        return simulator.answer(base, path, options, as_json, fault)
    except problems.Refused as refused:
        return problems.body(refused, as_json and refused.status != 501)


_REFUSALS = {
    "rights": problems.no_rights,
    "no_entity": problems.no_element,
    "exception": problems.exception,
    "not_implemented": problems.not_implemented,
}


def _no_licence() -> Response:
    return problems.html(500, "Internal Server Error", "Не обнаружено свободной лицензии")


def _known_user(simulator: Simulator, header: str) -> bool:
    """Basic, in UTF-8: users of 1C have Cyrillic names."""
    kind, _, token = header.partition(" ")
    try:
        user, _, password = base64.b64decode(token, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return False
    told, known = f"{user}:{password}", f"{simulator.user}:{simulator.password}"
    return kind.lower() == "basic" and secrets.compare_digest(told.encode(), known.encode())


async def plan(request: Request) -> Response:
    """Plan a fault, or change documents: ``{"fault": "unposted", "date": "2024-03-01", "count": 2}``."""
    simulator: Simulator = request.app.state.simulator
    try:
        asked = orjson.loads(await request.body())
        if asked.get("fault") not in CHANGES:
            simulator.faults.plan(Fault.of(asked))
            return JSONResponse({"planned": len(simulator.faults.planned)}, 202)
        if "ref" in asked:
            refs = simulator.change(asked["fault"], [str(asked["ref"])])
        else:
            day = date.fromisoformat(asked["date"])
            refs = simulator.change_of_day(asked["fault"], day, int(asked.get("count", 1)))
    except (ValueError, AttributeError, TypeError, KeyError) as error:
        return JSONResponse({"error": repr(error)}, 400)
    return JSONResponse({"refs": refs}, 202)


async def reset(request: Request) -> Response:
    request.app.state.simulator.reset()
    return Response(status_code=204)


async def state(request: Request) -> Response:
    """How many sessions are open, and how many were."""
    simulator: Simulator = request.app.state.simulator
    sessions = simulator.sessions
    counts = {"open": len(sessions.opened), "started": sessions.started, "finished": sessions.finished}
    return JSONResponse({"sessions": counts, "requests": len(simulator.seen)})


class Dropped(Response):
    """Half of a body, then nothing: the server closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(name, value) for name, value in self.raw_headers if name != b"content-length"]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
