"""The zip that a workbook is: what it says of itself is checked before anything is unpacked."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO
from xml.etree import ElementTree

from domain.errors import Fatal, UnsupportedFormat

MOST_ENTRIES = 10_000
MOST_BYTES = 2 * 1024**3
# Deflate reaches 1,032; a sheet of 100,000 equal rows stays below 60.
MOST_RATIO, RATIO_FROM = 250, 8 * 1024**2
# Parts that are read whole: the workbook, its relations, its styles.
MOST_PART = 8 * 1024**2
_CHUNK = 262_144


class Package:
    """An opened workbook. Raises Fatal(``xlsx_bomb``, ``xlsx_damaged``, ``xml_forbidden``), and
    UnsupportedFormat(``table_other_format``) where the zip is none of Excel's."""

    def __init__(self, file: BinaryIO) -> None:
        file.seek(0)
        with damaged():
            self._zip = zipfile.ZipFile(file)
        entries = self._zip.infolist()
        unpacked = sum(entry.file_size for entry in entries)
        if len(entries) > MOST_ENTRIES or unpacked > MOST_BYTES or any(map(_packed_too_well, entries)):
            raise Fatal("xlsx_bomb")
        if any(entry.flag_bits & 1 for entry in entries):
            raise UnsupportedFormat("table_other_format", found="zip")
        # Names are compared without capitals, as Excel does it.
        self._names = {entry.filename.lstrip("/").casefold(): entry.filename for entry in entries}

    def refuse_others(self) -> None:
        """A zip that has no workbook, or Excel's binary one (``.xlsb``)."""
        if not self.has("xl/workbook.xml") and not self.has("_rels/.rels"):
            raise UnsupportedFormat("table_other_format", found="zip")

    def has(self, name: str) -> bool:
        return name.casefold() in self._names

    def tree(self, name: str) -> ElementTree.Element:
        """A small part as a tree, without DOCTYPE and entities."""
        with damaged(), self._zip.open(self._named(name)) as part:
            data = part.read(MOST_PART + 1)
        if len(data) > MOST_PART:
            raise Fatal("xlsx_bomb")
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data or b"\0" in data:
            raise Fatal("xml_forbidden")
        try:
            return ElementTree.fromstring(data)
        except (ElementTree.ParseError, LookupError, ValueError) as error:
            raise Fatal("xlsx_damaged") from error

    def chunks(self, name: str) -> Iterator[bytes]:
        """A large part as it unpacks."""
        with damaged(), self._zip.open(self._named(name)) as part:
            while chunk := part.read(_CHUNK):
                yield chunk

    def _named(self, name: str) -> str:
        found = self._names.get(name.casefold())
        if found is None:
            raise Fatal("xlsx_damaged")
        return found


@contextmanager
def damaged() -> Iterator[None]:
    """What zipfile raises for a file that is cut off or changed."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise Fatal("xlsx_damaged") from error


def _packed_too_well(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > RATIO_FROM and entry.file_size > MOST_RATIO * max(entry.compress_size, 1)
