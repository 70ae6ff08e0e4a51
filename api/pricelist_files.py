"""A price list as a file: parts of it come in, bytes go out, memory is that of one part."""

import asyncio
import csv
import io
import os
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from api.price_models import written
from infra.wording import Language, word

CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Items = Sequence[Mapping[str, Any]]

_COLUMNS = ("code", "name", "vendor", "category", "unit", "price", "quantity")
_WIDTHS = (16, 48, 20, 24, 8, 14, 12)
# What Excel and LibreOffice take for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


async def as_csv(parts: AsyncIterator[Items], currency: str, language: Language) -> AsyncIterator[bytes]:
    """With a byte order mark, without which Excel takes UTF-8 for cp1251."""
    comma = language == "ru"
    buffer = io.StringIO()
    out = csv.writer(buffer, delimiter=";" if comma else ",", lineterminator="\r\n")
    out.writerow(_head(currency, language))
    yield b"\xef\xbb\xbf"
    async for part in parts:
        out.writerows([_cell(item[name], comma) for name in _COLUMNS] for item in part)
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
    if buffer.tell():
        yield buffer.getvalue().encode()


async def as_xlsx(parts: AsyncIterator[Items], currency: str, language: Language) -> Path:
    """In a temporary file, which is the caller's to delete. Rows go to the disk as they come."""
    handle, name = tempfile.mkstemp(suffix=".xlsx")
    os.close(handle)
    path = Path(name)
    try:
        sheet = _Sheet(path, _head(currency, language), word("pricelist.sheet", {}, language))
        async for part in parts:
            await asyncio.to_thread(sheet.add, part)
        await asyncio.to_thread(sheet.close)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


class _Sheet:
    """One worksheet; written from one thread at a time."""

    def __init__(self, path: Path, head: Sequence[str], title: str) -> None:
        self._book = xlsxwriter.Workbook(path, {"constant_memory": True})
        self._sheet = self._book.add_worksheet(title)
        bold = self._book.add_format({"bold": True})
        for column, (text, width) in enumerate(zip(head, _WIDTHS, strict=True)):
            self._sheet.set_column(column, column, width)
            self._sheet.write_string(0, column, text, bold)
        self._sheet.freeze_panes(1, 0)
        self._money = self._book.add_format({"num_format": "#,##0.00####"})
        self._row = 0

    def add(self, items: Items) -> None:
        for item in items:
            self._row += 1
            for column, name in enumerate(_COLUMNS):
                value = item[name]
                if isinstance(value, Decimal):
                    form = self._money if name == "price" else None
                    self._sheet.write_number(self._row, column, float(value), form)
                elif value:
                    self._sheet.write_string(self._row, column, value)

    def close(self) -> None:
        self._book.close()


def _head(currency: str, language: Language) -> list[str]:
    return [word(f"pricelist.{name}", {"currency": currency}, language) for name in _COLUMNS]


def _cell(value: object, comma: bool) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return written(value).replace(".", ",") if comma else written(value)
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
