"""What is asked of 1C's OData interface: counts, pages, elements by reference, what is published."""

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import httpx

from domain.errors import SourceRefused
from jobs.sources.onec import errors, literals, parsing
from jobs.sources.onec.connection import Connection, QueryTooLong, Sleep
from jobs.sources.onec.settings import OneCSettings

# 1C walks a chain of `or` by recursion; 50 references are 3,250 characters of query.
REFS_AT_ONCE = 50


class OneC:
    """A client for one infobase, to be entered with ``async with``.

    Raises SourceUnavailable (network, 502, 503, 504, no licence) and SourceRefused; codes: ``errors``.
    """

    def __init__(
        self,
        settings: OneCSettings,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.settings = settings
        self.mapping = settings.mapping
        self._connection = Connection(settings, transport, sleep)

    async def __aenter__(self) -> Self:
        await self._connection.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._connection.__aexit__(kind, error, trace)

    @property
    def server_time(self) -> str | None:
        """The web server's clock at the last answer, as HTTP writes it."""
        return self._connection.server_time

    async def count(self, entity: str, condition: str) -> int:
        """How many elements satisfy ``condition`` (empty = all), by ``$count``: a plain number, not JSON."""
        body = await self._get(f"{quote(entity)}/$count", entity, _filtered(condition))
        found = parsing.integer(body.decode("utf-8-sig", errors="replace"))
        if found is None or found < 0:
            raise SourceRefused("onec_not_json", errors.said(body).text, entity=entity)
        return found

    async def page(
        self, entity: str, condition: str, top: int, select: Sequence[str] = (), orderby: str = "Date,Ref_Key"
    ) -> list[dict[str, Any]]:
        """At most ``top`` elements in order, whole ones where ``select`` makes the query too long."""
        options = {**_filtered(condition), "$orderby": orderby, "$top": str(top)}
        try:
            return await self._elements(entity, _selecting(options, select))
        except QueryTooLong:
            # Behind IIS: Cyrillic names take 6 characters a letter; whole documents are 3 times as big.
            return await self._elements(entity, options)

    async def by_refs(
        self, entity: str, refs: Sequence[str], select: Sequence[str] = ()
    ) -> list[dict[str, Any]]:
        """The elements with these references, in as few requests as the query limit allows."""
        found: list[dict[str, Any]] = []
        at, size = 0, REFS_AT_ONCE
        while at < len(refs):
            chunk = refs[at : at + size]
            options = {"$filter": literals.any_of(chunk), "$top": str(len(chunk))}
            try:
                found += await self._elements(entity, _selecting(options, select))
            except QueryTooLong:
                if size == 1:
                    raise
                size //= 2
            else:
                at += len(chunk)
        return found

    async def has(self, entity: str, ref: str) -> bool:
        """Whether there is an element, one that the user may not see included: then it raises SourceRefused
        (``onec_rights``), because it is asked for without ``allowedOnly``."""
        path = f"{quote(entity)}({literals.guid(ref)})"
        try:
            await self._get(path, entity, {"$select": "Ref_Key"}, whoever_may=True)
        except errors.NoElement:
            return False
        return True

    async def entity_sets(self) -> frozenset[str]:
        """The names that are published: the service document."""
        elements = _value(await self._get("", "", {}), "")
        return frozenset(parsing.text(element.get("name")) for element in elements)

    async def _elements(self, entity: str, options: dict[str, str]) -> list[dict[str, Any]]:
        return _value(await self._get(quote(entity), entity, options), entity)

    async def _get(
        self, path: str, entity: str, options: dict[str, str], *, whoever_may: bool = False
    ) -> bytes:
        more = {"allowedOnly": "true"} if self.settings.allowed_only and not whoever_may else {}
        return await self._connection.get(
            path, literals.query({"$format": "json", **options, **more}), entity
        )


def _filtered(condition: str) -> dict[str, str]:
    return {"$filter": condition} if condition else {}


def _selecting(options: dict[str, str], select: Sequence[str]) -> dict[str, str]:
    return {**options, "$select": ",".join(select)} if select else options


def _value(body: bytes, entity: str) -> list[dict[str, Any]]:
    try:
        answer = parsing.loads(body)
    except ValueError:
        raise SourceRefused("onec_not_json", errors.said(body).text, entity=entity) from None
    elements = answer.get("value") if isinstance(answer, dict) else None
    if not isinstance(elements, list) or not all(isinstance(element, dict) for element in elements):
        raise SourceRefused("onec_unexpected", entity=entity)
    return elements
