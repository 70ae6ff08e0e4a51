"""A table from the object store to PostgreSQL: how it is read is kept, its rows are written once."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import orjson
import pytest

from domain.errors import Fatal
from infra.clock import new_id
from infra.objects import ObjectStore
from jobs.base import Batch, BatchResult, Page, SourceTools, TaskSpec
from jobs.formats.mxl.generator import text_8
from jobs.kinds.registry import kind_named
from jobs.prices.layouts import STOCK
from jobs.sources.table import PAGE_ROWS, TableSource
from tests.databases import emptied
from tests.formats.sheets import Rows, table, workbook
from tests.jobs import pricing
from tests.jobs.pricing import Connection

HEADER = ["Артикул", "Наименование", "Остаток"]


async def stored(objects: ObjectStore, content: bytes) -> dict[str, Any]:
    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(content), 10_000):
            yield content[start : start + 10_000]

    return {"type": "upload", "path": (await objects.put_stream(chunks(), limit=10**9)).path}


async def source(content: bytes, tools: SourceTools | None = None, **params: Any) -> TableSource:
    tools = tools or SourceTools(ObjectStore.from_url("memory:///"), str)
    spec = TaskSpec(new_id(), 1, "stock_import", params, await stored(tools.objects, content))
    return TableSource(spec, tools, STOCK)


def _csv(rows: Rows) -> bytes:
    return table(*['"' + '";"'.join(map(str, row)) + '"' for row in rows])


def _mxl(rows: Rows) -> bytes:
    sheet = [(number, dict(enumerate(map(str, cells)))) for number, cells in enumerate(rows, 1)]
    return b"".join(text_8(sheet, len(sheet)))


_MADE = {"csv": _csv, "xlsx": workbook, "mxl": _mxl}


async def read(made: TableSource) -> list[Page]:
    await made.survey()
    return [page async for page in made.pages()]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "mxl"])
async def test_success_all_rows_come_in_pages_and_groups_are_counted(kind: str) -> None:
    rows: Rows = [HEADER, ["", "Крепёж", 1], *[[f"А-{n}", "Болт\nМ6", n] for n in range(5_000)]]
    made = await source(_MADE[kind](rows))
    pages = await read(made)
    assert [len(page.rows) for page in pages] == [PAGE_ROWS - 1, PAGE_ROWS, 1_001]
    assert sum(page.skipped for page in pages) == 1
    assert pages[0].rows[0] == {"#row": 3, "number": "А-0", "name": "Болт\nМ6", "quantity": "0"}
    assert (made.summary().rows, made.summary().skipped) == (5_001, 1)
    assert [page.rows async for page in made.pages()] == [page.rows for page in pages]


async def test_the_loop_goes_on_while_a_page_is_read_and_a_cancelled_reading_ends() -> None:
    made = await source(workbook([HEADER, *[[f"А-{n}", "x", n] for n in range(20_000)]]))
    await made.survey()
    reading = asyncio.ensure_future(anext(made.pages()))
    while not reading.done():
        await asyncio.sleep(0)
    again = asyncio.ensure_future(anext(made.pages()))
    await asyncio.sleep(0)
    again.cancel()
    with pytest.raises(asyncio.CancelledError):
        await again
    assert len((await reading).rows) == PAGE_ROWS


async def test_failing_a_table_of_groups_alone_is_no_success() -> None:
    with pytest.raises(Fatal, match="table_without_rows"):
        await read(await source(table("Артикул;Наименование;Остаток", ";Крепёж;5")))


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[Connection]:
    async with emptied(database_url, pricing.TABLES, "table_mapping, table_template") as made:
        yield made


async def written(connection: Connection, made: TableSource, spec: TaskSpec) -> BatchResult:
    """As importers write it: one batch, through JSON."""
    survey = await made.survey()
    rows = [row async for page in made.pages() for row in page.rows]
    batch = Batch(spec, 1, 1, orjson.loads(orjson.dumps(rows)), {}, survey.context)
    async with connection.transaction():
        return await kind_named(spec.kind).write(connection, batch)


@pytest.mark.integration
async def test_a_workbook_of_1c_becomes_stock(connection: Connection, database_url: str) -> None:
    for code in ("А-1", "А-2", "0017"):
        await pricing.component(connection, code)
    await connection.commit()
    rows: Rows = [
        ["Ведомость по товарам"],
        ["Артикул", "Наименование", "Ед. изм.", "Остаток", None],
        [None, None, None, "Основной", "Розница"],
        [None, "Крепёж", None, 25.5, 7],
        ["А-1", "Болт", "шт", 12.5, None],
        ["А-2", "Гайка", "шт.", "1\u00a0234,50", 7],
        [17, "Шайба", "шт", -1, None],
        ["Б-9", "Чужая", "шт", 1, None],
    ]
    content = workbook(rows, merges=["D2:E2"], formats={(6, 0): {"num_format": "0000"}}, levels={4: 1, 5: 1})
    tools = pricing.tools(database_url)
    spec = TaskSpec(new_id(), 1, "stock_import", {"currency": "RUB"}, await stored(tools.objects, content))
    made = TableSource(spec, tools, STOCK)
    result = await written(connection, made, spec)
    assert [reject.error.code for reject in result.rejects] == ["stock_negative", "part_number_unknown"]
    assert (result.counts.created, made.summary().skipped) == (3, 1)
    found = await connection.execute("SELECT number, warehouse, quantity::float FROM stock_lot ORDER BY id")
    assert sorted(await found.fetchall()) == [
        ("А-1", "Основной", 12.5),
        ("А-2", "Основной", 1234.5),
        ("А-2", "Розница", 7),
    ]
    again = await written(connection, TableSource(spec, tools, STOCK), spec)
    assert (again.counts.unchanged, again.counts.rejected) == (3, 2)


@pytest.mark.integration
async def test_another_reader_of_the_attempt_reads_as_the_first_did(
    connection: Connection, database_url: str
) -> None:
    tools = pricing.tools(database_url)
    spec = TaskSpec(
        new_id(),
        1,
        "stock_import",
        {"template": "Мой"},
        await stored(tools.objects, table("Артикул;Ост;Нов", "А-1;5;6")),
    )
    with pytest.raises(Fatal, match="template_unknown"):
        await TableSource(spec, tools, STOCK).survey()
    for column in ("Ост", "Нов"):
        await connection.execute(
            "INSERT INTO table_template VALUES ('stock_import', 'Мой', %s, 'я') ON CONFLICT (kind, name)"
            " DO UPDATE SET wishes = excluded.wishes",
            [orjson.dumps({"mapping": {"quantity": column}}).decode()],
        )
        await connection.commit()
        made = TableSource(spec, tools, STOCK)
        [page] = await read(made)
        assert page.rows[0]["quantity"] == "5"
    replayed = TableSource(TaskSpec(spec.task_id, 2, spec.kind, spec.params, spec.source), tools, STOCK)
    assert (await read(replayed))[0].rows[0]["quantity"] == "6"


@pytest.mark.integration
async def test_failing_an_unknown_header_leaves_what_the_file_has(
    connection: Connection, database_url: str
) -> None:
    tools = pricing.tools(database_url)
    made = await source(table("Что;Где", "болт;тут"), tools)
    for _ in range(2):
        with pytest.raises(Fatal, match="header_unknown") as raised:
            await made.survey()
        assert "болт" not in str(raised.value.arguments)
    [(found, wanted, first)] = await (
        await connection.execute("SELECT found, wanted, first_rows FROM table_mapping")
    ).fetchall()
    assert found is None
    assert {"field": "quantity", "required": True}.items() <= next(
        w for w in wanted if w["field"] == "quantity"
    ).items()
    assert first == [{"row": 1, "cells": ["Что", "Где"]}, {"row": 2, "cells": ["болт", "тут"]}]


@pytest.mark.integration
async def test_the_first_rows_of_a_file_are_kept_for_thirty_days(
    connection: Connection, database_url: str
) -> None:
    tools = pricing.tools(database_url)
    await (await source(table("Артикул;Остаток", "А-1;5"), tools)).survey()
    for days, kept in ((29, 2), (31, 0)):
        await connection.execute("UPDATE table_mapping SET at = now() - make_interval(days => %s)", [days])
        await connection.commit()
        await (await source(table("Артикул;Остаток", f"А-1;{days}"), tools)).survey()
        found = await connection.execute(
            "SELECT jsonb_array_length(first_rows), found IS NULL FROM table_mapping ORDER BY at LIMIT 1"
        )
        assert await found.fetchall() == [(kept, False)]


class _Counted(ObjectStore):
    """Counts how often a file is fetched."""

    fetched = 0

    def open(self, path: str, chunk_bytes: int = 1024 * 1024) -> AsyncGenerator[bytes, None]:
        self.fetched += 1
        return super().open(path, chunk_bytes)


async def test_success_what_the_survey_has_opened_is_read_on() -> None:
    objects = _Counted.from_url("memory:///")
    made = await source(workbook([HEADER, ["А-1", "Болт", 1]]), SourceTools(objects, str))
    [page] = await read(made)
    assert objects.fetched == 1
    assert [again.rows async for again in made.pages()] == [page.rows]
    assert objects.fetched == 2


async def test_success_a_reading_that_stopped_early_begins_anew() -> None:
    objects = ObjectStore.from_url("memory:///")
    content = workbook([HEADER, *[[f"А-{n}", "Болт", n] for n in range(PAGE_ROWS * 2)]])
    made = await source(content, SourceTools(objects, str))
    await made.survey()
    pages = made.pages()
    await anext(pages)
    await pages.aclose()
    assert len((await read(made))[0].rows) == PAGE_ROWS
