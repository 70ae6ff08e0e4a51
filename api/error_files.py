"""``GET /tasks/{id}/rejects/export``: exactly the rows that stand rejected, as a file to be corrected."""

import asyncio
import os
import tempfile
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote
from uuid import UUID

import xlsxwriter
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from api import shown
from api.context import Context, ContextDep, LanguageDep
from api.corrections import as_it_stands
from api.headings import TaskHeadings, headings_of
from api.pricelist_files import CSV, XLSX
from api.problems import Problem
from api.rejects import router
from api.responses import reads
from api.security import Reader
from api.tasks import found
from infra.wording import Language, word
from jobs.formats.error_file import CsvSheet, Ref, Rejected, Spool
from projections.queries import rejects

PART = 1_000
# What a sheet of Excel holds beside its header.
MOST_SHEET_ROWS = 1_048_575
# How many rows the file has, for who saves it unseen.
ROWS = "X-Rows"
FILE = {"content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in (CSV, XLSX)}}


@router.get(
    "/tasks/{task_id:uuid}/rejects/export", response_class=FileResponse, responses=reads(404) | {200: FILE}
)
async def export_rejects(
    task_id: UUID,
    _: Reader,
    context: ContextDep,
    language: LanguageDep,
    format: Literal["csv", "xlsx"] = "csv",
) -> FileResponse:
    """The rows that stand rejected, with their own columns and why each is there, in the reader's language
    (Accept-Language). CSV in UTF-8, divided by semicolons for a Russian reader, as Excel opens it there;
    nothing in it is run or spoiled by a spreadsheet. What is corrected in it is taken by
    ``POST /tasks/{id}/rejects/corrections``; whoever uses a spreadsheet is better off with ``xlsx``."""
    async with context.reading.connect() as connection:
        headings = await headings_of(connection, await found(connection, task_id))
    path, rows = await _made(context, task_id, headings, language, format)
    return FileResponse(
        path,
        headers={ROWS: str(rows), **_named(task_id, format, language)},
        media_type=CSV if format == "csv" else XLSX,
        background=BackgroundTask(path.unlink, missing_ok=True),
    )


async def _made(
    context: Context, task_id: UUID, headings: TaskHeadings, language: Language, form: str
) -> tuple[Path, int]:
    """In a temporary file, which is the caller's to delete; memory is that of 1,000 rows."""
    handle, name = tempfile.mkstemp(suffix=f".{form}")
    os.close(handle)
    path = Path(name)
    try:
        with tempfile.TemporaryFile() as waiting:
            spool = Spool(waiting, headings.columns)
            rows = await _spooled(context, task_id, headings, language, spool)
            if form == "xlsx" and rows > MOST_SHEET_ROWS:
                raise Problem(422, "export_too_large", field="format", limit=MOST_SHEET_ROWS)
            write = _write_csv if form == "csv" else _write_xlsx
            await asyncio.to_thread(write, path, spool, language)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path, rows


async def _spooled(
    context: Context, task_id: UUID, headings: TaskHeadings, language: Language, spool: Spool
) -> int:
    """All of them as they stand at one moment."""
    written = 0
    async with (
        context.reading.connect() as connection,
        aclosing(rejects.standing(connection, task_id, PART)) as parts,
    ):
        async for part in parts:
            await asyncio.to_thread(spool.add, [_rejected(task_id, row, headings, language) for row in part])
            written += len(part)
    return written


def _rejected(task_id: UUID, row: dict[str, Any], headings: TaskHeadings, language: Language) -> Rejected:
    names, raw = headings.of(row["attempt"]), as_it_stands(row)
    return Rejected(
        ref=Ref(str(task_id), row["attempt"], row["row_no"], row["corrections"]),
        raw=names.shown(raw),
        sheet_row=shown.sheet_row(raw),
        field=names.name(row["field"], raw),
        value=row["value"],
        code=row["code"],
        reason=shown.worded(row, language)["message"],
    )


def _write_csv(path: Path, spool: Spool, language: Language) -> None:
    sheet = CsvSheet(";" if language == "ru" else ",")
    with path.open("wb") as file:
        sheet.add(spool.columns())
        for cells in spool.rows():
            sheet.add(cells)
            file.write(sheet.taken())
        file.write(sheet.taken())


def _write_xlsx(path: Path, spool: Spool, language: Language) -> None:
    """Every cell is a text: no formula, and no number that loses a digit."""
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet(word("rejects.sheet", {}, language))
    bold, plain = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
    sheet.freeze_panes(1, 0)
    _write_row(sheet, 0, spool.columns(), bold)
    for number, cells in enumerate(spool.rows(), 1):
        _write_row(sheet, number, cells, plain)
    book.close()


def _write_row(sheet: Any, number: int, cells: Sequence[str], form: Any) -> None:
    for place, cell in enumerate(cells):
        if cell:
            sheet.write_string(number, place, cell, form)


def _named(task_id: UUID, form: str, language: Language) -> dict[str, str]:
    name = word("rejects.file", {"task": str(task_id)}, language)
    return {
        "Content-Disposition": (
            f"attachment; filename=\"rejects-{task_id}.{form}\"; filename*=UTF-8''{quote(name)}.{form}"
        )
    }
