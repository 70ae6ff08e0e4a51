"""CSV line by line: quoted line breaks, lines without an end, quotes that never close."""

import _csv
import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from domain.errors import Fatal
from jobs.formats.tables.grid import GridRow, indent
from jobs.formats.tables.limits import MOST_COLUMNS

# The longest row, line breaks within quotes included; a quoted cell ends at the limit of csv itself, 131,072
# characters.
MOST_LINE = 1_048_576


def rows(file: BinaryIO, encoding: str, delimiter: str) -> Iterator[GridRow]:
    """The rows of a file from its start; ``number`` counts rows, not lines. Bytes that the encoding does not
    know become U+FFFD. Raises Fatal: ``csv_line_too_long``, ``csv_quote_open``, ``table_too_wide``."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding, errors="replace", newline="")
    try:
        lines = _Lines(text)
        reader = csv.reader(lines, delimiter=delimiter)
        number = 0
        while (cells := _next(reader)) is not None:
            lines.begin()
            number += 1
            if len(cells) > MOST_COLUMNS:
                while cells and not cells[-1].strip():
                    cells.pop()
                if len(cells) > MOST_COLUMNS:
                    raise Fatal("table_too_wide", row=number, limit=MOST_COLUMNS)
            yield GridRow(number, [_cell(cell) for cell in cells], indent(cells))
    finally:
        text.detach()


def _next(reader: _csv.Reader) -> list[str] | None:
    try:
        return next(reader, None)
    except csv.Error as error:
        raise Fatal("csv_quote_open", line=reader.line_num) from error


class _Lines:
    """The lines of a file; those of one row, which the reader collects in memory, have a limit together."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._number = self._row = 0

    def begin(self) -> None:
        """A row has ended."""
        self._row = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._text.readline(MOST_LINE)
        if not line:
            raise StopIteration
        self._number += 1
        self._row += len(line)
        if self._row >= MOST_LINE:
            raise Fatal("csv_line_too_long", line=self._number, limit=MOST_LINE)
        # No text of PostgreSQL holds a zero byte.
        return line.replace("\0", "\ufffd")


def _cell(cell: str) -> str:
    """``="00123"`` is how people keep a code's zeros from Excel."""
    if cell.startswith('="') and cell.endswith('"') and len(cell) > 2:
        return cell[2:-1]
    return cell if cell and not cell.isspace() else ""
