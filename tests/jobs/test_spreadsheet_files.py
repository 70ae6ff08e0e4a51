"""1C's spreadsheets and workbooks as stock and contractors: the same rows whatever the file is."""

import io
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
import xlsxwriter

from jobs.formats.mxl.generator import Sheet, binary_7, text_8
from tests.databases import emptied
from tests.jobs import pricing
from tests.jobs.uploads import Connection, imported, outcome, read, verdicts

pytestmark = pytest.mark.integration

STOCK: Sheet = [
    (1, {0: "Остатки товаров на складах"}),
    (3, {0: "Параметры:", 2: "Дата: 03.03.2025"}),
    (5, dict(enumerate(("Артикул", "Наименование", "Склад", "Ед. изм.", "Количество", "Себестоимость")))),
    (6, {1: "Крепеж", 4: "12,000", 5: "29 120,00"}),
    (7, dict(enumerate(("А-1", 'Болт "М6"', "Основной", "шт", "5,000", "1 120,50")))),
    (8, dict(enumerate(("007", "Гайка", "Основной", "шт", "7,000", "0,37")))),
    (9, {0: "Итого", 4: "12,000"}),
]
CONTRACTORS: Sheet = [
    (2, {1: "Контрагенты"}),
    (4, {1: "Наименование", 2: "ИНН/КПП", 3: "Код"}),
    (5, {1: "Ромашка ООО", 2: "7700000009/770001001", 3: "001"}),
    (6, {1: "Безномерный"}),
]


def text(sheet: Sheet) -> bytes:
    return b"".join(text_8(sheet, len(sheet)))


def workbook(sheet: Sheet) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        page = book.add_worksheet("TDSheet")
        for number, cells in sheet:
            for column, value in cells.items():
                page.write_string(number - 1, column, value)
    return file.getvalue()


FORMATS = {"mxl 8.x": text, "mxl 7.7": binary_7, "xlsx": workbook}


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[Connection]:
    async with emptied(database_url, pricing.TABLES, "contractor") as made:
        yield made


@pytest.mark.parametrize("name", FORMATS)
async def test_stock_of_a_report(connection: Connection, name: str) -> None:
    for code in ("А-1", "007"):
        await pricing.component(connection, code)
    data = FORMATS[name](STOCK)
    assert verdicts(await imported(connection, "stock_import", data)) == ["created", "created"]
    assert verdicts(await imported(connection, "stock_import", data)) == ["unchanged", "unchanged"]
    query = "SELECT number, quantity, unit_cost, warehouse FROM stock_lot ORDER BY number"
    assert await (await connection.execute(query)).fetchall() == [
        ("007", Decimal(7), Decimal("0.37"), "Основной"),
        ("А-1", Decimal(5), Decimal("1120.50"), "Основной"),
    ]
    _, survey, _ = await read("stock_import", data)
    assert survey.context["format"] == name.split()[0]


@pytest.mark.parametrize("name", FORMATS)
async def test_contractors_of_a_list(connection: Connection, name: str) -> None:
    data = FORMATS[name](CONTRACTORS)
    assert verdicts(await imported(connection, "contractors", data)) == ["created", "created"]
    query = "SELECT name, inn, kpp, code FROM contractor ORDER BY name"
    assert await (await connection.execute(query)).fetchall() == [
        ("Безномерный", "", "", ""),
        ("Ромашка ООО", "7700000009", "770001001", "001"),
    ]


async def test_damaged_spreadsheets_are_refused_by_name() -> None:
    whole = text(STOCK)
    assert await outcome("stock_import", whole[:-40]) == "mxl_truncated"
    assert await outcome("stock_import", binary_7(STOCK)[:-200]) == "mxl_truncated"
    assert await outcome("stock_import", whole.replace(b"{128,72}", b"{" * 100_000)) == "mxl_too_deep"
    assert await outcome("stock_import", b"MOXCEL\0\x09\0\x01\0\x0b\0{}") == "mxl_version_unknown"
    # A ZIP is what XLSX is too: which it is shows when it is opened.
    assert await outcome("stock_import", b"PK\x03\x04" + bytes(100)) == "xlsx_damaged"
