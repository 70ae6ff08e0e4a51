"""A workbook: which sheets it has, and the rows of one."""

from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import normpath
from typing import BinaryIO
from xml.etree import ElementTree

from domain.errors import Fatal
from jobs.formats.tables.grid import GridRow
from jobs.formats.tables.merges import Merge
from jobs.formats.tables.xlsx.merges import merges
from jobs.formats.tables.xlsx.package import Package, damaged
from jobs.formats.tables.xlsx.sheet import Content, Sheet
from jobs.formats.tables.xlsx.strings import strings
from jobs.formats.tables.xlsx.styles import styles


@dataclass(frozen=True, slots=True)
class _Sheet:
    name: str
    part: str
    hidden: bool


class Workbook:
    """An ``.xlsx`` over an opened file, which has to stay open while its rows are read."""

    def __init__(self, file: BinaryIO) -> None:
        self._package = Package(file)
        self._package.refuse_others()
        root = self._root()
        self._folder = root.rpartition("/")[0]
        tree = self._package.tree(root)
        related = self._related(root)
        self._sheets = [
            _Sheet(found.get("name", ""), part, found.get("state", "visible") != "visible")
            for found in tree.iterfind("{*}sheets/{*}sheet")
            if (part := related.get(_id(found), ("", ""))[1]) and related[_id(found)][0] == "worksheet"
        ]
        properties = tree.find("{*}workbookPr")
        since = properties.get("date1904", "0") if properties is not None else "0"
        self._content = Content(since_1904=since in ("1", "true"))
        kinds = dict(related.values())
        self._strings_part, self._styles_part = kinds.get("sharedStrings"), kinds.get("styles")
        self._loaded = False

    @property
    def sheets(self) -> list[str]:
        """Names of the sheets, those that are shown first."""
        return [sheet.name for sheet in sorted(self._sheets, key=lambda sheet: sheet.hidden)]

    @property
    def shown(self) -> list[str]:
        return [sheet.name for sheet in self._sheets if not sheet.hidden]

    def rows(self, name: str) -> Iterator[GridRow]:
        """The rows of a sheet from its start."""
        sheet = next(sheet for sheet in self._sheets if sheet.name == name)
        with damaged():
            self._load()
            yield from Sheet(self._package.chunks(sheet.part), self._content).rows()

    def merges(self, name: str) -> Iterator[Merge]:
        """Its cells that are merged downwards, as ``rows`` gives them place and number."""
        sheet = next(sheet for sheet in self._sheets if sheet.name == name)
        with damaged():
            yield from merges(self._package.chunks(sheet.part))

    def _load(self) -> None:
        if self._loaded:
            return
        if self._strings_part is not None and self._package.has(self._strings_part):
            self._content.strings = strings(self._package.chunks(self._strings_part))
        if self._styles_part is not None and self._package.has(self._styles_part):
            self._content.styles = styles(self._package.tree(self._styles_part))
        self._loaded = True

    def _root(self) -> str:
        """The workbook's part; nearly always ``xl/workbook.xml``."""
        if self._package.has("xl/workbook.xml"):
            return "xl/workbook.xml"
        for kind, part in self._related("").values():
            if kind == "officeDocument" and part.casefold().endswith(".xml"):
                return part
        raise Fatal("xlsx_damaged")

    def _related(self, part: str) -> dict[str, tuple[str, str]]:
        """Kind and part by id. What is outside the file is never followed."""
        folder, _, name = part.rpartition("/")
        relations = f"{folder}/_rels/{name}.rels".lstrip("/")
        if not self._package.has(relations):
            raise Fatal("xlsx_damaged")
        return {
            found.get("Id", ""): (
                found.get("Type", "").rpartition("/")[2],
                _within(folder, found.get("Target", "")),
            )
            for found in self._package.tree(relations).iterfind("{*}Relationship")
            if found.get("TargetMode", "Internal") == "Internal"
        }


def _within(folder: str, target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else normpath(f"{folder}/{target}").lstrip("/")


def _id(sheet: ElementTree.Element) -> str:
    """``r:id``, whichever edition of the standard its namespace is of."""
    return next((value for name, value in sheet.attrib.items() if name.endswith("}id")), "")
