"""Task kinds ``components``, ``quotes``, ``part_numbers``, ``currency_rates``: tables become the price
desk's rows. A column that a file does not have, or a cell that is empty, leaves what is there."""

import datetime
from collections.abc import Awaitable, Callable
from typing import Any, Literal

import psycopg
from pydantic import Field

from domain.errors import Fatal, MalformedRow
from jobs.base import Batch, BatchResult, RejectedRow, Row, Source, SourceTools, TaskSpec, Upload
from jobs.formats.tables.fields import Layout
from jobs.kinds import desk_rows, undo_tables
from jobs.kinds.part_numbers import KnownParts
from jobs.kinds.undo_layers import Layered
from jobs.kinds.upserting import IncomingRow, Upsert, upsert
from jobs.params import TableParams
from jobs.prices import layouts
from jobs.sources.table import TableSource

Connection = psycopg.AsyncConnection[Any]
ReadRow = Callable[[int, Row], IncomingRow]
# What a batch needs of the database before its rows can be read.
Reading = Callable[[Connection, Batch], Awaitable[ReadRow]]


class QuoteParams(TableParams):
    """``params`` of quotes: what the file itself does not say."""

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
        read = await self._reading(connection, batch)
        rows, rejects = each(batch, read)
        return await upsert(connection, self._into, batch, rows, rejects)


def each(batch: Batch, read: ReadRow) -> tuple[list[IncomingRow], list[RejectedRow]]:
    """Every row of the batch, read or rejected."""
    rows: list[IncomingRow] = []
    rejects: list[RejectedRow] = []
    for row_no, raw in batch.numbered():
        try:
            rows.append(read(row_no, raw))
        except MalformedRow as error:
            rejects.append(RejectedRow(row_no, raw, error))
    return rows, rejects


def refuse_nothing(head: bytes) -> None:
    """A table is known by its header, which may stand below the first kilobyte: its source judges it."""


async def _alone(connection: Connection, batch: Batch) -> ReadRow:
    return desk_rows.component_row


async def _rates(connection: Connection, batch: Batch) -> ReadRow:
    return desk_rows.rate_row


async def _numbers(connection: Connection, batch: Batch) -> ReadRow:
    parts = await KnownParts.of(connection, [str(row.get("code") or "") for row in batch.rows])
    return lambda row_no, raw: desk_rows.number_row(row_no, raw, parts)


async def _quotes(connection: Connection, batch: Batch) -> ReadRow:
    parts = await KnownParts.of(connection, [str(row.get("number") or "") for row in batch.rows])
    return lambda row_no, raw: desk_rows.quote_row(row_no, raw, parts, batch.task.params)


def price_imports() -> tuple[TableImport, ...]:
    """The four of them."""
    return (
        TableImport("components", layouts.COMPONENTS, desk_rows.COMPONENT, _alone, undo_tables.COMPONENTS),
        TableImport("quotes", layouts.QUOTES, desk_rows.QUOTE, _quotes, undo_tables.QUOTES, QuoteParams),
        TableImport("part_numbers", layouts.PART_NUMBERS, desk_rows.PART, _numbers, undo_tables.PART_NUMBERS),
        TableImport("currency_rates", layouts.CURRENCY_RATES, desk_rows.RATE, _rates, undo_tables.RATES),
    )
