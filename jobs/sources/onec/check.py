"""`tidemark onec check`: can 1C be read, and where in 1C to mend it if not. Nothing is changed there."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import httpx

from domain.errors import TidemarkError
from jobs.sources.onec import literals, parsing, rows
from jobs.sources.onec.client import OneC
from jobs.sources.onec.connection import Sleep
from jobs.sources.onec.lookups import Lookups
from jobs.sources.onec.settings import OneCSettings

_SUFFIX = "/odata/standard.odata"
_CLOCKS_DIFFER = timedelta(minutes=5)

# Whose step an error is, and where in 1C (or around it) it is mended.
_LOGIN = {"onec_login": "mend_login", "onec_forbidden": "mend_user_allowed"}
_RIGHTS = {"onec_rights": "mend_rights"}
_MEND = {
    "onec_address": "mend_address",
    "onec_redirected": "mend_address",
    "onec_certificate": "mend_certificate",
    "onec_no_service": "mend_publication",
    "onec_not_implemented": "mend_publication",
    "onec_not_json": "mend_address",
    "onec_unexpected": "mend_address",
    "onec_no_entity": "mend_entity_sets",
    "onec_bad_request": "mend_mapping",
    "onec_exception": "mend_exception",
    "onec_no_licence": "mend_licence",
}


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the answer: what was looked at, whether it is good, and where to mend it.

    ``code`` is ``check_…`` where it is good, else the code of what was found; ``detail`` is 1C's own
    text, for the screen of who asked and never for a log.
    """

    step: str
    ok: bool
    code: str
    args: dict[str, str | int] = field(default_factory=dict)
    mend: str | None = None
    detail: str | None = None


async def check(
    settings: OneCSettings,
    now: datetime | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    sleep: Sleep = asyncio.sleep,
) -> list[Check]:
    """Address, login, rights, entity sets, first document, time zone; stops at the first that fails
    where the ones behind it cannot be good either."""
    now = now or datetime.now(UTC)
    async with OneC(settings, transport, sleep) as onec:
        return [done async for done in _checks(onec, now)]


async def _checks(onec: OneC, now: datetime) -> AsyncIterator[Check]:
    try:
        published = await onec.entity_sets()
    except TidemarkError as error:
        for done in _refused(onec, error):
            yield done
        return
    yield _address(onec)
    yield Check("login", True, "check_login", {"user": onec.settings.user})
    missing = [name for name in onec.mapping.entity_sets if name not in published]
    try:
        documents = [] if missing else await _newest(onec, now)
    except TidemarkError as error:
        step = "rights" if error.code in _RIGHTS else "documents"
        yield _failed(step, error)
        return
    if not missing:
        yield Check("rights", True, "check_allowed_only" if onec.settings.allowed_only else "check_rights")
    yield _entity_sets(onec, missing)
    if not missing:
        yield _first_document(documents)
    yield _timezone(onec, documents, now)


def _refused(onec: OneC, error: TidemarkError) -> list[Check]:
    if error.code in _LOGIN:
        return [_address(onec), _failed("login", error)]
    if error.code in _RIGHTS:
        login = Check("login", True, "check_login", {"user": onec.settings.user})
        return [_address(onec), login, _failed("rights", error)]
    return [_failed("address", error)]


def _failed(step: str, error: TidemarkError) -> Check:
    mend = {**_LOGIN, **_RIGHTS, **_MEND}.get(error.code, "mend_reachable")
    return Check(step, False, error.code, dict(error.arguments), mend, error.detail)


def _address(onec: OneC) -> Check:
    base = onec.settings.base_url
    if not base.rstrip("/").endswith(_SUFFIX):
        return Check("address", False, "check_address_suffix", {"suffix": _SUFFIX}, "mend_address")
    return Check("address", True, "check_address", {"url": base})


def _entity_sets(onec: OneC, missing: list[str]) -> Check:
    if missing:
        args: dict[str, str | int] = {"names": ", ".join(missing), "count": len(missing)}
        return Check("entity_sets", False, "check_entity_sets_missing", args, "mend_entity_sets")
    return Check("entity_sets", True, "check_entity_sets", {"count": len(onec.mapping.entity_sets)})


async def _newest(onec: OneC, now: datetime) -> list[dict[str, Any]]:
    """The newest document of each set with its references, exactly as an import reads them."""
    tomorrow = (now + timedelta(days=1)).date()
    lookups = Lookups(onec, rows.catalogues(onec.mapping))
    found = []
    for entity in onec.mapping.documents:
        condition = f"Date le {literals.moment(f'{tomorrow}T23:59:59')} and Posted eq true"
        page = await onec.page(entity.name, condition, 1, rows.selection(onec.mapping), "Date desc")
        for document in page:
            names = await lookups.find(rows.references(document, onec.mapping))
            found.append(rows.resolve(document, names, entity, onec.mapping))
    return found


def _first_document(documents: list[dict[str, Any]]) -> Check:
    if not documents:
        return Check("documents", False, "check_no_documents", {}, "mend_no_documents")
    newest = max(documents, key=lambda document: parsing.text(document["Date"]))
    args: dict[str, str | int] = {
        "number": parsing.text(newest["Number"]),
        "date": parsing.text(newest["Date"])[:10],
    }
    came_in = newest["Направление"] == rows.DIRECTIONS["in"]
    return Check("documents", True, "check_document_in" if came_in else "check_document_out", args)


def _timezone(onec: OneC, documents: list[dict[str, Any]], now: datetime) -> Check:
    """1C's dates carry no zone: nothing may be dated later than today there, and clocks must agree."""
    name = onec.settings.timezone
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return Check("timezone", False, "check_timezone_unknown", {"timezone": name}, "mend_timezone")
    today = now.astimezone(zone).date().isoformat()
    newest = max((parsing.text(document["Date"])[:10] for document in documents), default="")
    if newest > today:
        args: dict[str, str | int] = {"timezone": name, "date": newest, "today": today}
        return Check("timezone", False, "check_timezone_future", args, "mend_timezone")
    if (off := _clock_differs(onec.server_time, now)) is not None:
        return Check("timezone", False, "check_clock", {"seconds": off}, "mend_clock")
    return Check("timezone", True, "check_timezone", {"timezone": name, "today": today})


def _clock_differs(server_time: str | None, now: datetime) -> int | None:
    """By how many seconds the web server's clock is off, where that is more than 5 minutes."""
    try:
        said = parsedate_to_datetime(server_time or "")
    except ValueError:
        return None
    off = said.astimezone(UTC) - now
    return int(off.total_seconds()) if abs(off) > _CLOCKS_DIFFER else None
