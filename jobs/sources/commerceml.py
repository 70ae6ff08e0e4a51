"""A CommerceML file out of the object store: read through once, then given as rows."""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Literal

from domain.errors import Fatal
from jobs.base import Page, Row, SourceTools, Summary, Survey, TaskSpec
from jobs.formats import commerceml
from jobs.sources.uploaded import chunks

PAGE_ROWS = 2_000


class CommerceMLSource:
    """``what`` is wanted of it: ``contractors`` or ``offers``. The first pass publishes nothing: a file that
    is cut off or broken anywhere is refused before a row is written."""

    def __init__(self, task: TaskSpec, tools: SourceTools, what: Literal["contractors", "offers"]) -> None:
        self._path = str(task.source["path"])
        self._tools = tools
        self._what = what
        self._rows = 0

    async def survey(self) -> Survey:
        reader, rows = commerceml.reader_of(self._what), 0
        async for chunk in self._chunks():
            rows += len(reader.feed(chunk))
        rows += len(reader.close())
        if not rows:
            raise Fatal(f"commerceml_no_{self._what}")
        return Survey(rows, {"source": "commerceml", "format": "commerceml", "what": self._what})

    async def pages(self) -> AsyncGenerator[Page, None]:
        reader, self._rows = commerceml.reader_of(self._what), 0
        page: list[Row] = []
        async for chunk in self._chunks():
            page += reader.feed(chunk)
            if len(page) >= PAGE_ROWS:
                self._rows += len(page)
                yield Page(page)
                page = []
        page += reader.close()
        if page:
            self._rows += len(page)
            yield Page(page)

    def summary(self) -> Summary:
        return Summary(rows=self._rows)

    def _chunks(self) -> AsyncIterator[bytes]:
        return chunks(self._tools.objects, self._path)
