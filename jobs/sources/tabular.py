"""A table or CommerceML: what was uploaded is told by its content, never by its name."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Literal

from domain.errors import UnsupportedFormat
from jobs.base import Page, Source, SourceTools, Summary, Survey, TaskSpec
from jobs.formats.foreign import name_of
from jobs.formats.tables.books import other_format
from jobs.formats.tables.fields import Layout
from jobs.sources.commerceml import CommerceMLSource
from jobs.sources.table import TableSource
from jobs.sources.uploaded import chunks

_HEAD = 4096
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_NO_TABLES = frozenset(("client_bank", "belarusian_client_bank", "html", "json", "pdf", "rar", "7z", "gzip"))


def refuse_other(head: bytes) -> None:
    """Raise UnsupportedFormat for what neither is: ``file_empty``, ``table_is_statement``,
    ``table_other_format`` (``found`` names it). What may be a table is judged by its header, which stands
    further down."""
    plain = _plain(head)
    if not plain:
        raise UnsupportedFormat("file_empty")
    if (found := name_of(plain)) in _NO_TABLES:
        raise other_format(str(found))


def _plain(head: bytes) -> bytes:
    """Without a BOM; what begins with one of UTF-16 as ASCII, by which XML is told."""
    for bom in _BOMS:
        if head.startswith(bom):
            return head.removeprefix(bom).replace(b"\0", b"").lstrip()
    return head.lstrip(b" \t\r\n")


def tabular(
    task: TaskSpec, tools: SourceTools, layout: Layout, what: Literal["contractors", "offers"]
) -> Source:
    """A file of a kind that takes a table by ``layout``, or ``what`` of a CommerceML file."""
    return _Tabular(task, tools, layout, what)


class _Tabular:
    """Which of the two it is is known when its first bytes are."""

    def __init__(
        self, task: TaskSpec, tools: SourceTools, layout: Layout, what: Literal["contractors", "offers"]
    ) -> None:
        self._task = task
        self._tools = tools
        self._layout = layout
        self._what = what
        self._source: Source | None = None

    async def survey(self) -> Survey:
        return await (await self._told()).survey()

    async def pages(self) -> AsyncGenerator[Page, None]:
        async with aclosing((await self._told()).pages()) as pages:
            async for page in pages:
                yield page

    def summary(self) -> Summary:
        assert self._source is not None, "pages() has not ended"
        return self._source.summary()

    async def _told(self) -> Source:
        if self._source is None:
            self._source = self._made(await self._head())
        return self._source

    def _made(self, head: bytes) -> Source:
        refuse_other(head)
        if name_of(_plain(head)) == "xml":
            return CommerceMLSource(self._task, self._tools, self._what)
        return TableSource(self._task, self._tools, self._layout)

    async def _head(self) -> bytes:
        head = b""
        async with aclosing(chunks(self._tools.objects, str(self._task.source["path"]))) as read:
            async for chunk in read:
                head += chunk
                if len(head) >= _HEAD:
                    break
        return head[:_HEAD]
