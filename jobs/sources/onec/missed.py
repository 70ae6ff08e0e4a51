"""The last page of a sync: what was imported earlier and was not met this time."""

from collections import defaultdict
from typing import Any

from jobs.base import Row
from jobs.sources.onec import rows
from jobs.sources.onec.client import OneC
from jobs.sources.onec.connection import QueryTooLong
from jobs.sources.onec.gone import Earlier, Seen, gone_row
from jobs.sources.onec.lookups import Lookups
from jobs.sources.onec.pages import StoredPage


async def missed_documents(onec: OneC, lookups: Lookups, seen: Seen, earlier: Earlier) -> StoredPage:
    """Rows that take back deleted documents, and documents of another day now as they are."""
    missed = await seen.missed(onec, earlier)
    refs: dict[str, list[str]] = defaultdict(list)
    for element in missed.moved:
        refs[element.entity].append(element.ref)
    found: list[Row] = [gone_row(element) for element in missed.gone]
    for entity in onec.mapping.documents:
        documents = await _documents(onec, entity.name, refs[entity.name])
        words = await lookups.find(_references(onec, documents))
        found += [rows.resolve(document, words, entity, onec.mapping) for document in documents]
    return StoredPage("", found, None, len(found), last=True, notes=missed.notes)


async def missed_contractors(onec: OneC, seen: Seen, earlier: Earlier) -> StoredPage:
    """Rows that take back deleted contractors. One that is there after all comes with the next sync."""
    missed = await seen.missed(onec, earlier)
    found = [gone_row(element) for element in missed.gone]
    return StoredPage("", found, None, len(found), last=True, notes=missed.notes)


async def _documents(onec: OneC, entity: str, refs: list[str]) -> list[dict[str, Any]]:
    try:
        return await onec.by_refs(entity, refs, rows.selection(onec.mapping))
    except QueryTooLong:
        # As ``OneC.page`` does it: whole documents where the web server takes short queries only.
        return await onec.by_refs(entity, refs)


def _references(onec: OneC, documents: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [ref for document in documents for ref in rows.references(document, onec.mapping)]
