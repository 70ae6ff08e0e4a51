"""A table out of the object store: its header found by what a kind looks for, its rows by field."""

import weakref
from collections.abc import AsyncGenerator, Generator
from contextlib import closing
from functools import partial
from typing import BinaryIO

from domain.errors import Fatal
from jobs.base import Page, Row, SourceTools, Summary, Survey, TaskSpec
from jobs.formats.tables.books import Book, opened
from jobs.formats.tables.fields import Layout
from jobs.formats.tables.finding import find, shown
from jobs.formats.tables.mapping import Found
from jobs.formats.tables.misfits import Misfit
from jobs.formats.tables.records import Records
from jobs.sources.mappings import Mappings
from jobs.sources.spooled import copied, in_thread

# Read at once, in a thread: 20 ms of work; groups that are passed over count.
PAGE_ROWS = 2_000


class TableSource:
    """CSV, XLSX or MXL, told by content. How it is read is found once for each attempt and kept
    (``jobs.sources.mappings``): another reader that goes on after a crash reads it the same way, whatever
    became of a template meanwhile."""

    def __init__(self, task: TaskSpec, tools: SourceTools, layout: Layout) -> None:
        self._path = str(task.source["path"])
        self._tools = tools
        self._layout = layout
        self._mappings = Mappings(task, tools)
        self._found: Found | None = None
        # What the survey has opened: the texts of a workbook are read once, 1 µs a row saved.
        self._opening: tuple[BinaryIO, Book] | None = None
        self._rows = self._skipped = 0

    async def survey(self) -> Survey:
        found = await self._mappings.kept()
        if found is None:
            found = await self._looked()
        self._found = found
        return Survey(rows=None, context=found.context())

    async def pages(self) -> AsyncGenerator[Page, None]:
        found = self._found
        assert found is not None, "survey() comes first"
        self._rows = self._skipped = 0
        opening, self._opening = self._opening, None
        file, book = opening or await self._opened(found.encoding, found.delimiter)
        with closing(file), closing(self._pages(book, found)) as pages:
            while (page := await in_thread(next, pages, None)) is not None:
                self._rows += len(page.rows)
                self._skipped += page.skipped
                yield page
        if not self._rows:
            raise Fatal("table_without_rows", skipped=self._skipped)

    def summary(self) -> Summary:
        return Summary(rows=self._rows + self._skipped, skipped=self._skipped)

    async def _looked(self) -> Found:
        wishes = await self._mappings.wishes()
        file, book = await self._opened(wishes.encoding, wishes.delimiter)
        try:
            found, first = await in_thread(find, book, self._layout, wishes)
            kept = await self._mappings.keep(self._layout, found, shown(first))
        except BaseException as error:
            file.close()
            if isinstance(error, Misfit):
                await self._mappings.keep_unknown(self._layout, shown(error.rows))
            raise
        # Another reader may have been first, and have found it otherwise.
        if (kept.encoding, kept.delimiter) == (book.encoding, book.delimiter):
            self._opening = (file, book)
            # An attempt that ends before anybody asks for its rows leaves nothing open.
            weakref.finalize(self, file.close)
        else:
            file.close()
        return kept

    async def _opened(self, encoding: str | None, delimiter: str | None) -> tuple[BinaryIO, Book]:
        file = await copied(self._tools.objects, self._path)
        try:
            return file, await in_thread(opened, file, encoding, delimiter)
        except BaseException:
            file.close()
            raise

    def _pages(self, book: Book, found: Found) -> Generator[Page, None, None]:
        rows: list[Row] = []
        skipped = 0
        records_of = Records(self._layout, found, partial(book.merges, found.sheet))
        for records in records_of.read(book.rows(found.sheet)):
            if records:
                rows += records
            else:
                skipped += 1
            if len(rows) + skipped >= PAGE_ROWS:
                yield Page(rows, skipped=skipped)
                rows, skipped = [], 0
        if rows or skipped:
            yield Page(rows, skipped=skipped)
