"""Bank documents of a period from 1C as a source of rows: поступления first, then списания."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import date
from functools import partial

import httpx

from domain.errors import SourceRefused
from jobs.base import Page, Summary, Survey
from jobs.sources.onec import literals, rows
from jobs.sources.onec.client import OneC
from jobs.sources.onec.connection import Sleep
from jobs.sources.onec.gone import Earlier, Seen
from jobs.sources.onec.lookups import Lookups
from jobs.sources.onec.missed import missed_documents
from jobs.sources.onec.pages import PageStore
from jobs.sources.onec.reading import SetReader
from jobs.sources.onec.settings import OneCSettings
from jobs.sources.onec.stored import Stored


class TransactionsSource:
    """Every page is stored before it is given out, and what is stored is never asked for again.

    A second reading of the same attempt therefore gives the same rows, whatever 1C did meanwhile or
    whether it is there at all, and goes on behind the last stored page. One page is held in memory
    (1,000 documents: about 3 MB) and up to 20,000 names behind references (10 MB). A consumer that
    stops early closes ``pages()``, or 1C keeps the session for 20 minutes.
    """

    def __init__(
        self,
        settings: OneCSettings,
        store: PageStore,
        task_id: str,
        attempt: int,
        date_from: date,
        date_to: date,
        *,
        only_posted: bool = True,
        earlier: Earlier | None = None,
        notes: tuple[str, ...] = (),
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """Days by 1C's calendar, both included. Without ``only_posted`` documents that are not posted
        or marked for deletion come too, as rows that retract an earlier import. ``earlier`` are documents of
        the period that were imported before: of those that 1C does not have any more a last page takes them
        back (``gone.GONE``), and those that were given a day outside of the period come as they are now."""
        if date_from > date_to:
            raise SourceRefused("period_reversed", date_from=str(date_from), date_to=str(date_to))
        self._settings = settings
        self._mapping = settings.mapping
        self._stored = Stored(store, task_id, attempt)
        self._period = literals.period(date_from, date_to, only_posted)
        self._earlier = earlier
        self._notes = notes
        self._notes_of_missed: tuple[str, ...] = ()
        self._transport = transport
        self._sleep = sleep
        self._counted: dict[str, int] = {}
        self._read = self._missed = 0

    async def survey(self) -> Survey:
        """How many documents there are, by ``$count`` of both sets; refuses what 1C refuses."""
        return Survey(rows=sum((await self._counts()).values()), context={"source": "onec"})

    async def pages(self) -> AsyncGenerator[Page, None]:
        """All documents in the order of Date and Ref_Key, set by set."""
        counts = await self._counts()
        self._read = self._missed = number = 0
        seen = Seen()
        async with self._client() as onec:
            lookups = Lookups(onec, rows.catalogues(self._mapping))
            for entity in self._mapping.documents:
                reader = SetReader(onec, lookups, entity, self._period, counts[entity.name])
                page = None
                while page is None or not page.last:
                    number += 1
                    page = await self._stored.page(number, partial(reader.following, page))
                    reader.note(page)
                    self._read += len(page.rows)
                    seen.add(page.rows)
                    if page.rows:
                        yield Page(page.rows)
            if self._earlier is not None:
                ask = partial(missed_documents, onec, lookups, seen, self._earlier)
                page = await self._stored.page(number + 1, ask)
                self._missed, self._notes_of_missed = len(page.rows), page.notes
                if page.rows:
                    yield Page(page.rows)

    def summary(self) -> Summary:
        """``onec_count_changed``: 1C counted another number of documents than it then gave."""
        counted = sum(self._counted.values())
        notes = {
            "onec_allowed_only": self._settings.allowed_only,
            "onec_count_changed": counted != self._read,
        }
        said = tuple(note for note, is_so in notes.items() if is_so)
        return Summary(rows=self._read + self._missed, notes=self._notes + said + self._notes_of_missed)

    def _client(self) -> OneC:
        return OneC(self._settings, self._transport, self._sleep)

    async def _counts(self) -> dict[str, int]:
        self._counted = await self._stored.counts(self._ask_counts)
        return self._counted

    async def _ask_counts(self) -> dict[str, int]:
        async with self._client() as onec:
            return {
                entity.name: await onec.count(entity.name, self._period) for entity in self._mapping.documents
            }
