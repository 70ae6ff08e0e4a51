"""A spreadsheet of 1C 8.x: text in brackets behind sixteen bytes.

In the outermost list the value at place 3 names the language, the one at 15 the number of stored rows; then
follow, without brackets of their own, row, format, number of cells and, for each cell, column and cell.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from jobs.formats.mxl.limits import MOST_COLUMNS, MOST_ROWS, damaged, too_wide, truncated
from jobs.formats.mxl.scanning import CHUNK, Scanner, Value
from jobs.formats.mxl.values import shown, typed
from jobs.formats.tables.grid import GridRow

_PREFIX, _BOM = 13, "\ufeff"
_LANGUAGE, _ROWS = 3, 15
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
# A cell as nearly all are, with its column: empty, or with a text in one language, or with a typed value
# beside the text. Whatever else there is comes apart more slowly.
_STRING = r'"((?:[^"]++|"")*+)"'
_CELL = re.compile(
    r"[\s,]*+(?P<column>[0-9]{1,9}),\s*+\{"
    r"(?:0,[0-9]++\}|(?:16,[0-9]++,|20,[0-9]++,\s*+\{\"(?P<type>[SN])\","
    rf"(?:{_STRING}|(?P<value>[^{{}}\",\s]++))\}},)\s*+"
    rf"\{{1,(?:0|1,\s*+\{{\"[^\"]*+\",{_STRING}\}}\s*+)\}}\s*+(?:,0\s*+)?\}})"
)
_FAST = CHUNK // 8


def rows(file: BinaryIO) -> Iterator[GridRow]:
    """The rows of a file that begins with the signature of 8.x."""
    _refuse_truncated(file)
    file.seek(_PREFIX)
    scanner = Scanner(file)
    scanner.more()
    if scanner.data.startswith(_BOM):
        scanner.at = 1
    if scanner.token()[3] != "{":
        raise damaged(0)
    language = _language(scanner)
    last = -1
    for _ in range(_number(scanner, MOST_ROWS)):
        scanner.row = last + 2
        number = _number(scanner, 2**31)
        if number <= last:
            raise damaged(scanner.row)
        last = number
        scanner.row = number + 1
        _number(scanner, 2**31)
        yield GridRow(number + 1, _cells(scanner, _number(scanner, MOST_COLUMNS), language))
    _refuse_more_rows(scanner)


def _refuse_truncated(file: BinaryIO) -> None:
    """What ends in anything but a bracket is found out before the first row."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 64))
    if not file.read(64).rstrip(b" \r\n\t\0").endswith(b"}"):
        raise truncated(0)


def _language(scanner: Scanner) -> str:
    """The sheet's own language; the scanner then stands before the number of rows."""
    language: Value | None = ""
    for place in range(_ROWS):
        if place != _LANGUAGE:
            scanner.pass_by()
            continue
        found = scanner.value()
        language = found[0] if isinstance(found, list) and found else ""
    return language if isinstance(language, str) else ""


def _number(scanner: Scanner, most: int) -> int:
    found = scanner.token()[2]
    if found is None or _NUMBER.fullmatch(found) is None or int(found) > most:
        raise damaged(scanner.row)
    return int(found)


def _cells(scanner: Scanner, count: int, language: str) -> list[str]:
    cells: list[str] = []
    match = _CELL.match
    for _ in range(count):
        found = match(scanner.data, scanner.at)
        if found is None and scanner.left < _FAST and scanner.more():
            found = match(scanner.data, scanner.at)
        if found is None:
            column, text = _slowly(scanner, language)
        else:
            scanner.at = found.end()
            name, kind, string, value, text = found.groups()
            column = int(name)
            text = typed(kind, string or value, text or "") if kind else text or ""
            if '""' in text:
                text = text.replace('""', '"')
        if column >= len(cells):
            if column >= MOST_COLUMNS:
                raise too_wide(scanner.row)
            cells.extend([""] * (column - len(cells) + 1))
        cells[column] = text
    return cells


def _slowly(scanner: Scanner, language: str) -> tuple[int, str]:
    column = _number(scanner, 2**31)
    cell = scanner.value()
    if not isinstance(cell, list):
        raise damaged(scanner.row)
    return column, shown(cell, language)


def _refuse_more_rows(scanner: Scanner) -> None:
    """Behind the rows stands a list, the widths of columns: a number there is a row that was not counted.
    Then only the end matters: that there is one."""
    token = scanner.token()
    if token[2] is not None:
        raise damaged(scanner.row)
    if token[3] == "}":
        return
    scanner.pass_by(2 if token[3] == "{" else 1)
