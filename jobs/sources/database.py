"""Rows of PostgreSQL as they were at one moment: read once, stored as pages, then only read again."""

import gzip
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import orjson
import psycopg
from psycopg.rows import dict_row

from domain.errors import Fatal
from infra.clock import new_id
from jobs.base import Page, Row, SourceTools, Summary, Survey, TaskSpec

PAGE_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of PostgreSQL. Each row that ``statement`` gives is a source row; ``moment`` gives one
    row of what every batch must know of that moment. ``needed`` is a column: how many rows have it is told to
    every batch as ``usable``, and ``nobody`` says, of the first page, why it is an error that none has.
    ``of_task``: every attempt sees what the first one saw."""

    statement: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)
    moment: str = "SELECT now() AS taken_at"
    needed: str | None = None
    nobody: Callable[[Sequence[Row]], Fatal] = lambda _: Fatal("nothing_to_read")
    of_task: bool = False


class DatabaseSource:
    """Everything is read in ``survey`` within one REPEATABLE READ transaction, which is over when ``pages``
    begins: a transaction that waits for importers would be ended after 30 s.

    Pages are put under a name of this reading's own; the survey that names them is put last and once, so that
    two readers never mix their moments and a reading that was cut short counts for nothing.
    """

    def __init__(self, task: TaskSpec, tools: SourceTools, question: Question) -> None:
        self._tools = tools
        self._question = question
        self._folder = f"pages/{task.task_id}/{'once' if question.of_task else task.attempt}"
        self._survey: dict[str, Any] | None = None

    async def survey(self) -> Survey:
        name = f"{self._folder}/survey.json.gz"
        data = await self._tools.objects.get(name)
        if data is None:
            data = await self._tools.objects.put_if_absent(name, _pack(await self._read()))
        self._survey = found = _unpack(data)
        return Survey(rows=found["rows"], context=found["context"])

    async def pages(self) -> AsyncGenerator[Page, None]:
        found = self._surveyed()
        for number in range(found["pages"]):
            data = await self._tools.objects.get(_page(found["folder"], number))
            if data is None:
                raise Fatal("stored_page_missing", page=number)
            yield Page(_unpack(data))

    def summary(self) -> Summary:
        return Summary(rows=self._surveyed()["rows"])

    async def _read(self) -> dict[str, Any]:
        if self._tools.connect is None:
            raise Fatal("database_not_configured")
        folder, rows, pages, usable = f"{self._folder}/{new_id()}", 0, 0, 0
        needed, first = self._question.needed, list[Row]()
        async with self._tools.connect() as connection, connection.transaction():
            await connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            context = await self._context(connection)
            async with aclosing(self._asked(connection)) as asked:
                async for page in asked:
                    await self._tools.objects.put_if_absent(_page(folder, pages), _pack(page))
                    rows, pages, first = rows + len(page), pages + 1, first or list(page)
                    usable += sum(1 for row in page if needed is None or row[needed] is not None)
        if needed is not None and not usable:
            raise self._question.nobody(first)
        context["usable"] = usable
        return {"folder": folder, "rows": rows, "pages": pages, "context": context}

    async def _context(self, connection: psycopg.AsyncConnection[Any]) -> dict[str, Any]:
        async with connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(self._question.moment, dict(self._question.parameters))
            return {**self._question.context, **(await cursor.fetchone() or {})}

    async def _asked(self, connection: psycopg.AsyncConnection[Any]) -> AsyncGenerator[Sequence[Row], None]:
        async with connection.cursor("rows", row_factory=dict_row) as cursor:
            await cursor.execute(self._question.statement, dict(self._question.parameters))
            while page := await cursor.fetchmany(PAGE_ROWS):
                yield page

    def _surveyed(self) -> dict[str, Any]:
        assert self._survey is not None, "survey() comes first"
        return self._survey


def _page(folder: str, number: int) -> str:
    return f"{folder}/{number:06d}.json.gz"


def _pack(value: Any) -> bytes:
    return gzip.compress(orjson.dumps(value, default=str), compresslevel=1, mtime=0)


def _unpack(data: bytes) -> Any:
    return orjson.loads(gzip.decompress(data))
