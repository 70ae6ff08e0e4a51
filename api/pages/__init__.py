"""The pages there are until the web application comes: links, and one task as it moves."""

from importlib.resources import files

from fastapi import APIRouter
from fastapi.responses import Response

from api.problems import Problem

router = APIRouter(include_in_schema=False)

_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_ASSETS = {"task.js": "text/javascript", "page.css": "text/css"}


@router.get("/")
async def index() -> Response:
    return _page("index.html", "text/html")


@router.get("/tasks/{task_id}")
async def task(task_id: str) -> Response:
    """The same page for every task: it asks the API, after a login, for the one in its address."""
    return _page("task.html", "text/html")


@router.get("/assets/{name}")
async def asset(name: str) -> Response:
    kind = _ASSETS.get(name)
    if kind is None:
        raise Problem(404, "not_found")
    return _page(name, kind)


@router.get("/favicon.ico", status_code=204)
async def icon() -> Response:
    """Browsers ask for it on their own; there is none."""
    return Response(status_code=204)


def _page(name: str, kind: str) -> Response:
    content = files("api").joinpath("pages", name).read_bytes()
    return Response(content, media_type=f"{kind}; charset=utf-8", headers={"Content-Security-Policy": _CSP})
