"""A table out of the object store: its header found by what a kind looks for, its rows by field."""

import codecs
import csv
import re
from collections.abc import AsyncGenerator, AsyncIterator, Iterator

from domain.errors import Fatal, UnsupportedFormat
from jobs.base import Page, Row, SourceTools, Summary, Survey, TaskSpec
from jobs.formats.tables.fields import Layout
from jobs.sources.uploaded import chunks

HEADER_ROWS, PAGE_ROWS = 30, 2_000
_DELIMITERS = ";,\t"


class TableSource:
    """A CSV file in UTF-8 or cp1251 whose header stands in one of the first 30 lines."""

    def __init__(self, task: TaskSpec, tools: SourceTools, layout: Layout) -> None:
        self._path = str(task.source["path"])
        self._tools = tools
        self._layout = layout
        self._rows = 0
        self._header: dict[str, int] = {}
        self._header_row = 0
        self._encoding, self._delimiter = "utf-8-sig", ";"

    async def survey(self) -> Survey:
        head = b""
        async for chunk in self._chunks():
            head = (head + chunk)[:65_536]
        if head.startswith((b"PK\x03\x04", b"MOXCEL")):
            raise UnsupportedFormat("file_not_a_table")
        try:
            codecs.getincrementaldecoder("utf-8")().decode(head)
        except UnicodeDecodeError:
            self._encoding = "cp1251"
        lines = head.decode(self._encoding, "replace").splitlines()[:HEADER_ROWS]
        self._delimiter = max(_DELIMITERS, key="".join(lines).count)
        for number, cells in enumerate(csv.reader(lines, delimiter=self._delimiter), 1):
            self._header = self._found(cells)
            needed = {field.name for field in self._layout.fields if field.required}
            if self._header and needed <= set(self._header):
                self._header_row = number
                break
        else:
            raise Fatal("header_unknown", wanted=", ".join(field.name for field in self._layout.fields))
        return Survey(rows=None, context={"source": "table", "format": "csv"})

    async def pages(self) -> AsyncGenerator[Page, None]:
        self._rows = 0
        page: list[Row] = []
        lines: list[str] = []
        decoder = codecs.getincrementaldecoder(self._encoding)("replace")
        rest, number = "", 0
        async for chunk in self._chunks():
            *lines, rest = (rest + decoder.decode(chunk)).split("\n")
            for cells in csv.reader(lines, delimiter=self._delimiter):
                number += 1
                page.extend(self._row(number, cells))
                if len(page) >= PAGE_ROWS:
                    self._rows += len(page)
                    yield Page(page)
                    page = []
        for cells in csv.reader([rest] if rest.strip() else [], delimiter=self._delimiter):
            page.extend(self._row(number + 1, cells))
        if page:
            self._rows += len(page)
            yield Page(page)

    def summary(self) -> Summary:
        return Summary(rows=self._rows)

    def _found(self, cells: list[str]) -> dict[str, int]:
        names = {_squeezed(cell): place for place, cell in reversed(list(enumerate(cells)))}
        return {
            field.name: names[_squeezed(alias)]
            for field in self._layout.fields
            for alias in reversed((field.name, *field.aliases))
            if _squeezed(alias) in names
        }

    def _row(self, number: int, cells: list[str]) -> Iterator[Row]:
        if number > self._header_row and any(cell.strip() for cell in cells):
            found = {name: cells[place] for name, place in self._header.items() if place < len(cells)}
            yield {"#row": number, **found}

    def _chunks(self) -> AsyncIterator[bytes]:
        return chunks(self._tools.objects, self._path)


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold().replace("ё", "е"))
