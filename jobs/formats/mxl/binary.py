"""A spreadsheet of 1C 7.7: little-endian binary, texts in cp1251.

Twenty-five bytes (signature, five zeros, version, columns, rows, objects), the default cell, fonts, strings,
header and footer, columns, then the rows. What 7.7 keeps by number stands as: the numbers, their count once
more, the things in that order. A cell is thirty bytes of format (two more in version 7) and, as its flags
say, a text, a details' text (расшифровка) and a block. As three public descriptions have it: one of 2004, one
that was tried on 311 sheets, and a converter's; see docs/files.md.
"""

import struct
from array import array
from collections.abc import Callable, Iterator
from typing import BinaryIO

from jobs.formats.mxl.limits import LONGEST, MOST_COLUMNS, MOST_ROWS, damaged, too_long, too_wide, truncated
from jobs.formats.tables.grid import GridRow

VERSIONS = (6, 7)
_HEAD, _FONT = 25, 60
_TEXT, _DETAILS, _BLOCK = 0x80000000, 0x40000000, 0x00200000
_FORMAT = {6: 30, 7: 32}
_FLAGS = struct.Struct("<I")
# Sheets have a dozen fonts; nobody prints more than that.
_MOST_THINGS = 65_536
_PIECE = 1 << 16


def rows(file: BinaryIO) -> Iterator[GridRow]:
    """The rows of a file that begins with the signature of 7.7."""
    return _Sheet(file).rows()


class _Sheet:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._row = 0
        head = self._bytes(_HEAD)
        self._format = _FORMAT[head[11]]

    def rows(self) -> Iterator[GridRow]:
        self._cell()
        self._each(_MOST_THINGS, lambda: self._pass(_FONT))
        self._each(_MOST_THINGS, lambda: self._pass(self._length()))
        self._cell()
        self._cell()
        self._each(MOST_COLUMNS, self._cell)
        last = -1
        for number in self._numbers(MOST_ROWS):
            if number <= last:
                raise damaged(self._row)
            last, self._row = number, number + 1
            self._cell()
            yield GridRow(number + 1, self._cells())

    def _cells(self) -> list[str]:
        cells: list[str] = []
        for column in self._numbers(MOST_COLUMNS):
            if not 0 <= column < MOST_COLUMNS:
                raise too_wide(self._row)
            if column >= len(cells):
                cells.extend([""] * (column - len(cells) + 1))
            cells[column] = self._cell()
        return cells

    def _cell(self) -> str:
        """Its text; the details behind it and the block are for 1C alone."""
        (flags,) = _FLAGS.unpack_from(self._bytes(self._format))
        text = ""
        if flags & _TEXT:
            length = self._length()
            if length > LONGEST:
                raise too_long(self._row)
            text = self._bytes(length).decode("cp1251", "replace")
        if flags & _DETAILS:
            self._pass(self._length())
        if flags & _BLOCK:
            self._pass(self._count())
        return text

    def _each(self, most: int, read: Callable[[], object]) -> None:
        for _ in self._numbers(most):
            read()

    def _numbers(self, most: int) -> "array[int]":
        """The numbers under which things are kept; their count stands behind them once more."""
        count = self._count()
        if count > most:
            raise damaged(self._row)
        found = array("i")
        for start in range(0, count, _PIECE):
            found.frombytes(self._bytes(4 * min(_PIECE, count - start)))
        if self._count() != count:
            raise damaged(self._row)
        return found

    def _count(self) -> int:
        (count,) = struct.unpack("<H", self._bytes(2))
        if count == 0xFFFF:
            (count,) = struct.unpack("<I", self._bytes(4))
        return int(count)

    def _length(self) -> int:
        """Of a text: one byte, or 255 and two, or two times 255 and four."""
        length = self._bytes(1)[0]
        return self._count() if length == 0xFF else length

    def _bytes(self, size: int) -> bytes:
        found = self._file.read(size)
        if len(found) < size:
            raise truncated(self._row)
        return found

    def _pass(self, size: int) -> None:
        while size > 0:
            size -= len(self._bytes(min(size, _PIECE)))
