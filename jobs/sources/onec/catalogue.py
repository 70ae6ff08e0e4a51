"""The contractors of 1C (Справочник.Контрагенты) as a source of rows, in the order of their references."""

import asyncio
from collections.abc import AsyncGenerator
from functools import partial
from typing import Any

import httpx

from domain.errors import SourceRefused
from jobs.base import Page, Row, Summary, Survey
from jobs.sources.onec import literals, parsing
from jobs.sources.onec.client import OneC
from jobs.sources.onec.connection import Sleep
from jobs.sources.onec.gone import Earlier, Seen
from jobs.sources.onec.missed import missed_contractors
from jobs.sources.onec.pages import PageStore, StoredPage
from jobs.sources.onec.paging import Key
from jobs.sources.onec.settings import OneCSettings
from jobs.sources.onec.stored import Stored

# No telephone numbers, addresses or comments: nothing here needs them.
FIELDS = (
    "Ref_Key",
    "DataVersion",
    "DeletionMark",
    "Code",
    "Description",
    "НаименованиеПолное",
    "ЮридическоеФизическоеЛицо",
    "ИНН",
    "КПП",
    "КодПоОКПО",
)
_FOLDER = "IsFolder"


class ContractorsSource:
    """All elements, marked ones too: they take back what an earlier import wrote. Folders (группы) count as
    skipped. Every page is stored before it is given out, as ``TransactionsSource`` does it, and ``earlier``
    ones that 1C does not have any more are taken back by a last page."""

    def __init__(
        self,
        settings: OneCSettings,
        store: PageStore,
        task_id: str,
        attempt: int,
        *,
        earlier: Earlier | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._settings = settings
        self._entity = settings.mapping.contractors
        self._stored = Stored(store, task_id, attempt)
        self._earlier = earlier
        self._notes: tuple[str, ...] = ()
        self._transport = transport
        self._sleep = sleep
        self._counted = self._read = self._folders = self._missed = 0

    async def survey(self) -> Survey:
        """How many elements there are, folders included."""
        self._counted = (await self._stored.counts(self._ask_count))[self._entity]
        return Survey(rows=self._counted, context={"source": "onec"})

    async def pages(self) -> AsyncGenerator[Page, None]:
        """All elements; one page of 1,000 is held in memory."""
        await self.survey()
        self._read = self._folders = self._missed = number = 0
        seen = Seen()
        first_refs: set[str] = set()
        page: StoredPage | None = None
        async with OneC(self._settings, self._transport, self._sleep) as onec:
            while page is None or not page.last:
                number += 1
                before = self._read
                page = await self._stored.page(number, partial(self._following, onec, page))
                self._go_forward(first_refs, page)
                self._read = page.read
                skipped = page.read - before - len(page.rows)
                self._folders += skipped
                seen.add(page.rows)
                if page.rows:
                    yield Page(page.rows, skipped=skipped)
            if self._earlier is not None:
                ask = partial(missed_contractors, onec, seen, self._earlier)
                page = await self._stored.page(number + 1, ask)
                self._missed, self._notes = len(page.rows), page.notes
                if page.rows:
                    yield Page(page.rows)

    def summary(self) -> Summary:
        """``onec_count_changed``: 1C counted another number of elements than it then gave."""
        notes = {
            "onec_allowed_only": self._settings.allowed_only,
            "onec_count_changed": self._counted != self._read,
        }
        said = tuple(note for note, is_so in notes.items() if is_so)
        return Summary(rows=self._read + self._missed, skipped=self._folders, notes=said + self._notes)

    async def _ask_count(self) -> dict[str, int]:
        async with OneC(self._settings, self._transport, self._sleep) as onec:
            return {self._entity: await onec.count(self._entity, "")}

    async def _following(self, onec: OneC, page: StoredPage | None) -> StoredPage:
        """What comes behind ``page``. A short page is the last one, unless 1C counted more: something may
        cut pages on the way."""
        after, read = (page.after, page.read) if page else (None, 0)
        size, mapping = self._settings.page_size, self._settings.mapping
        names = tuple(name for name in map(mapping.field, (*FIELDS, _FOLDER)) if name)
        condition = literals.behind(after.ref) if after else ""
        elements = await onec.page(self._entity, condition, size, names, orderby="Ref_Key")
        refs = [parsing.ref(element.get("Ref_Key")) for element in elements]
        if None in refs:
            raise SourceRefused("onec_unexpected", entity=self._entity)
        if len(set(refs)) < len(refs) or (after and after.ref in refs):
            raise SourceRefused("onec_page_repeated", entity=self._entity)
        read += len(elements)
        return StoredPage(
            entity=self._entity,
            rows=[
                self._row(element) for element in elements if element.get(mapping.field(_FOLDER)) is not True
            ],
            after=Key("", str(refs[-1])) if refs else after,
            read=read,
            last=not elements or (len(elements) < size and read >= self._counted),
        )

    def _row(self, element: dict[str, Any]) -> Row:
        field = self._settings.mapping.field
        return {name: parsing.plain(element.get(field(name))) for name in FIELDS}

    def _go_forward(self, seen: set[str], page: StoredPage) -> None:
        """References are ordered by the bytes of 1C's database and never compared here: a page that ends
        where an earlier one ended goes round in circles."""
        if page.after is None or page.last:
            return
        if page.after.ref in seen:
            raise SourceRefused("onec_page_repeated", entity=self._entity)
        seen.add(page.after.ref)
