"""Rejected rows as a sheet for Excel: exactly those rows, their own columns, and why each is there."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, TextIO

from infra.wording import Language

# A spreadsheet takes these for a formula, or skips them and looks at what follows.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠|%]|[\t\r\n]")
_FIGURE = re.compile(r"[+-]?[\d ., \u00a0]+")
_OWN = ("row_no", "field", "value", "code", "reason")
# Our own marks in a raw row begin like this; no column of a source does.
_MARK = "_"
# A database keeps no order of a row's keys: what one looks for first comes first.
_FIRST = (
    "Номер",
    "Дата",
    "Сумма",
    "ДатаСписано",
    "ДатаПоступило",
    "Плательщик",
    "Получатель",
    "НазначениеПлатежа",
)

Json = dict[str, Any]


def safe(value: object) -> str:
    """The value as a cell that no spreadsheet runs: an apostrophe before whatever looks like a formula.

    Plain numbers (``-5,00``) are left as they are.
    """
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = text.replace("\0", "\u2400")
    return f"'{text}" if _FORMULA.match(text) and not _FIGURE.fullmatch(text) else text


def delimiter(language: Language) -> str:
    """What Excel splits by where this language is set."""
    return ";" if language == "ru" else ","


def write_rejects(rows: Iterable[Json], into: TextIO, separator: str) -> int:
    """Write the sheet and return how many rows it has.

    The rows' own columns are known only when all have been seen: they wait in a temporary file, so
    that a million of them need no memory.
    """
    with TemporaryFile("w+", encoding="utf-8") as waiting:
        columns = _collected(rows, waiting)
        sheet = csv.writer(into, delimiter=separator, lineterminator="\r\n")
        names = [f"{name}_" if name in _OWN else name for name in columns]
        sheet.writerow([*_OWN, *map(safe, names)])
        written = 0
        for row in _read(waiting):
            sheet.writerow(_cells(row, columns))
            written += 1
        return written


@contextmanager
def opened(path: Path | None, stdout: TextIO) -> Iterator[TextIO]:
    """The file to write to: UTF-8 with a BOM, without which Excel reads cp1251. A file that is there
    already is replaced when the new one is whole."""
    if path is None:
        yield stdout
        return
    draft = path.with_name(f".{path.name}.part")
    with draft.open("w", encoding="utf-8-sig", newline="") as file:
        yield file
    draft.replace(path)


def _collected(rows: Iterable[Json], waiting: IO[str]) -> Sequence[str]:
    columns: dict[str, None] = {}
    for row in rows:
        columns.update(dict.fromkeys(name for name in row["raw"] if not name.startswith(_MARK)))
        waiting.write(json.dumps(row, ensure_ascii=True) + "\n")
    return sorted(columns, key=_rank)


def _rank(column: str) -> tuple[int, str]:
    """Names that are looked for first, each with those that begin with it; the others by the alphabet."""
    exact = next((place for place, name in enumerate(_FIRST) if column == name), None)
    begun = next((place for place, name in enumerate(_FIRST) if column.startswith(name)), len(_FIRST))
    return (begun if exact is None else exact, column)


def _read(waiting: IO[str]) -> Iterator[Json]:
    waiting.seek(0)
    for line in waiting:
        yield json.loads(line)


def _cells(row: Json, columns: Sequence[str]) -> list[str]:
    named = (row["row_no"], row["field"], row["value"], row["code"], row["message"])
    return [safe(value) for value in named] + [safe(row["raw"].get(name)) for name in columns]
