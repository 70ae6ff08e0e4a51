"""The web application as `make` built it: one document for every address, and what it loads.

Nothing comes from elsewhere and no script stands in the document: the Content-Security-Policy says so. Styles
that the page makes as it runs carry the nonce that each answer has anew.
"""

import gzip
import mimetypes
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import Response

from api.problems import Problem

router = APIRouter(include_in_schema=False)

BUILT = Path(__file__).resolve().parents[1] / "web" / "dist"
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; connect-src 'self';"
    " img-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# Their names have a hash of what is in them.
_FOR_EVER = "public, max-age=31536000, immutable"
_PACKED = ("javascript", "css", "svg")
_NOT_BUILT = b"<!doctype html><title>Tidemark</title><p>The page has not been built: <code>make web</code>"


@router.get("/assets/{name}")
async def asset(name: str, accept_encoding: Annotated[str, Header()] = "") -> Response:
    """Built once, kept in memory packed and as it is."""
    found = _assets().get(name)
    if found is None:
        raise Problem(404, "not_found")
    kind, plain, packed = found
    headers = {"Cache-Control": _FOR_EVER, "Vary": "Accept-Encoding"}
    if packed is not None and "gzip" in accept_encoding:
        return Response(packed, media_type=kind, headers=headers | {"Content-Encoding": "gzip"})
    return Response(plain, media_type=kind, headers=headers)


@router.get("/favicon.ico", status_code=204)
async def icon() -> Response:
    """Browsers ask for it on their own; the document names another."""
    return Response(status_code=204)


@router.get("/")
@router.get("/tasks")
@router.get("/tasks/{rest:path}")
@router.get("/upload")
async def document(rest: str = "") -> Response:
    """The same for every address of the page: what is to be shown there it asks the API for."""
    nonce = secrets.token_urlsafe(16)
    return Response(
        _document().replace(b"%NONCE%", nonce.encode()),
        media_type="text/html; charset=utf-8",
        headers={"Content-Security-Policy": _CSP.format(nonce=nonce)},
    )


@lru_cache(maxsize=1)
def _document() -> bytes:
    built = BUILT / "index.html"
    return built.read_bytes() if built.is_file() else _NOT_BUILT


@lru_cache(maxsize=1)
def _assets() -> dict[str, tuple[str, bytes, bytes | None]]:
    """By name: media type, content, and content packed where that is worth it."""
    found = {}
    for path in sorted((BUILT / "assets").glob("*")):
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        content = path.read_bytes()
        found[path.name] = (kind, content, gzip.compress(content) if kind.endswith(_PACKED) else None)
    return found
