"""Which spreadsheet a file is, by its first bytes, and its rows."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from domain.errors import UnsupportedFormat
from jobs.formats.foreign import name_of
from jobs.formats.mxl import binary, text
from jobs.formats.tables.grid import GridRow

SIGNATURE = b"MOXCEL"
_HEAD = 1024
# Behind the signature: a zero, 8, 1, the sub-version (6 … 12 seen) and a BOM in 8.x; five zeros and 6 or 7
# in 7.7.
_NUMBERS = struct.Struct("<6xBHHH")


def rows(file: BinaryIO) -> Iterator[GridRow]:
    """The stored rows of a spreadsheet from its start, in their order; empty ones between are left out.

    Memory is bounded by one row and one text of at most 262,144 characters. Raises UnsupportedFormat:
    ``file_empty``, ``mxl_other_format`` (``found`` names it), ``mxl_not_a_sheet``, ``mxl_version_unknown``;
    Fatal: ``mxl_truncated``, ``mxl_damaged``, ``mxl_too_deep``, ``mxl_too_wide``, ``mxl_text_too_long``.
    """
    head = file.read(_HEAD)
    file.seek(0)
    numbers = _signed(head)
    if numbers[:3] == (0, 8, 1):
        return text.rows(file)
    if numbers[:3] == (0, 0, 0) and numbers[3] in binary.VERSIONS:
        return binary.rows(file)
    raise UnsupportedFormat("mxl_version_unknown", version=".".join(map(str, numbers)))


def _signed(head: bytes) -> tuple[int, ...]:
    if not head.strip():
        raise UnsupportedFormat("file_empty")
    if not head.startswith(SIGNATURE):
        found = name_of(head.removeprefix(b"\xef\xbb\xbf").lstrip())
        if found is None:
            raise UnsupportedFormat("mxl_not_a_sheet")
        raise UnsupportedFormat("mxl_other_format", found=found)
    if len(head) < _NUMBERS.size:
        raise UnsupportedFormat("mxl_not_a_sheet")
    return _NUMBERS.unpack_from(head)
