"""Task kinds ``components``, ``quotes``, ``part_numbers``, ``currency_rates``: tables become the price
desk's rows. A column that a file does not have, or a cell that is empty, leaves what is there."""

import datetime
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal

import psycopg
from pydantic import Field

from domain.errors import Fatal
from jobs.base import Batch, BatchResult, Source, SourceTools, TaskSpec, Upload
from jobs.formats.tables.fields import Layout
from jobs.kinds import desk_rows, undo_tables
from jobs.kinds.part_numbers import KnownParts
from jobs.kinds.undo_layers import Layered
from jobs.kinds.upsert_sql import Upsert
from jobs.kinds.upserting import Incoming, upsert
from jobs.params import TableParams
from jobs.prices import layouts
from jobs.prices.columns import Columns
from jobs.sources.table import TableSource

Connection = psycopg.AsyncConnection[Any]
# The rows of a batch, with what the database knows of them.
Reading = Callable[[Connection, Columns, Mapping[str, Any]], Awaitable[Incoming]]


class QuoteParams(TableParams):
    """``params`` of quotes: what the file itself does not say."""

    free = TableParams.free | {"supplier"}
    kind: Literal["supplier", "competitor"] = "supplier"
    supplier: str | None = Field(default=None, min_length=1, max_length=200, pattern=r"^[^\x00]*$")
    currency: str = Field(default="RUB", pattern=r"^[A-Z]{3}$")
    date: datetime.date | None = None


class TableImport:
    """A kind whose files are tables and whose rows go into one table by their key."""

    in_order = True

    def __init__(
        self,
        name: str,
        layout: Layout,
        into: Upsert,
        reading: Reading,
        undoing: Layered,
        params: type[TableParams] = TableParams,
    ) -> None:
        self._name = name
        self._layout = layout
        self._into = into
        self._reading = reading
        self.undoing = undoing
        self._upload = Upload(name.replace("_", "-"), params, refuse_nothing, layout)

    @property
    def name(self) -> str:
        return self._name

    @property
    def upload(self) -> Upload | None:
        return self._upload

    def source(self, task: TaskSpec, tools: SourceTools) -> Source:
        if task.source.get("type") != "upload":
            raise Fatal("source_unknown", source=str(task.source.get("type")))
        return TableSource(task, tools, self._layout)

    async def write(self, connection: Connection, batch: Batch) -> BatchResult:
        columns = Columns.of(batch)
        rows = await self._reading(connection, columns, batch.task.params)
        return await upsert(connection, self._into, batch, rows, columns.rejects)


def refuse_nothing(head: bytes) -> None:
    """A table is known by its header, which may stand below the first kilobyte: its source judges it."""


async def _components(connection: Connection, columns: Columns, params: Mapping[str, Any]) -> Incoming:
    return desk_rows.components(columns)


async def _rates(connection: Connection, columns: Columns, params: Mapping[str, Any]) -> Incoming:
    return desk_rows.rates(columns)


async def _numbers(connection: Connection, columns: Columns, params: Mapping[str, Any]) -> Incoming:
    return desk_rows.numbers(columns, await KnownParts.of(connection, columns.raw("code")))


async def _quotes(connection: Connection, columns: Columns, params: Mapping[str, Any]) -> Incoming:
    parts = await KnownParts.of(connection, columns.raw("number"))
    return desk_rows.quotes(columns, parts, params)


def price_imports() -> tuple[TableImport, ...]:
    """The four of them."""
    return (
        TableImport(
            "components", layouts.COMPONENTS, desk_rows.COMPONENT, _components, undo_tables.COMPONENTS
        ),
        TableImport("quotes", layouts.QUOTES, desk_rows.QUOTE, _quotes, undo_tables.QUOTES, QuoteParams),
        TableImport("part_numbers", layouts.PART_NUMBERS, desk_rows.PART, _numbers, undo_tables.PART_NUMBERS),
        TableImport("currency_rates", layouts.CURRENCY_RATES, desk_rows.RATE, _rates, undo_tables.RATES),
    )
