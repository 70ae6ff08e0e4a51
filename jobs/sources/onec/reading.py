"""One entity set of bank documents, page after page, straight from 1C."""

from typing import Any

from jobs.base import Row
from jobs.sources.onec import rows
from jobs.sources.onec.client import OneC
from jobs.sources.onec.lookups import Lookups
from jobs.sources.onec.pages import StoredPage
from jobs.sources.onec.paging import Circle, Key, last_key
from jobs.sources.onec.settings import DocumentSet


class SetReader:
    """Reads the documents that satisfy ``condition``; ``counted`` is how many 1C said there are."""

    def __init__(
        self, onec: OneC, lookups: Lookups, entity: DocumentSet, condition: str, counted: int
    ) -> None:
        self._onec = onec
        self._lookups = lookups
        self._entity = entity
        self._condition = condition
        self._counted = counted
        self._circle = Circle()

    def note(self, page: StoredPage) -> None:
        """Take note of a page that goes out, wherever it came from."""
        self._circle.note(page.rows)

    async def following(self, page: StoredPage | None) -> StoredPage:
        """What comes behind ``page`` (None = the first page), its references resolved.

        A short page is the last one, unless 1C counted more: something may cut pages on the way.
        """
        after, read = (page.after, page.read) if page else (None, 0)
        size = self._onec.settings.page_size
        documents = await self._onec.page(
            self._entity.name, self._behind(after), size, rows.selection(self._onec.mapping)
        )
        self._circle.check(documents, self._entity.name)
        read += len(documents)
        return StoredPage(
            entity=self._entity.name,
            rows=await self._resolve(documents),
            after=last_key(documents, self._entity.name) if documents else after,
            read=read,
            last=not documents or (len(documents) < size and read >= self._counted),
        )

    def _behind(self, after: Key | None) -> str:
        return f"{self._condition} and {after.following()}" if after else self._condition

    async def _resolve(self, documents: list[dict[str, Any]]) -> list[Row]:
        mapping = self._onec.mapping
        found = await self._lookups.find(
            ref for document in documents for ref in rows.references(document, mapping)
        )
        return [rows.resolve(document, found, self._entity, mapping) for document in documents]
