"""The rows of one sheet, as it unpacks."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from domain.errors import Fatal
from jobs.formats.tables.grid import GridRow
from jobs.formats.tables.limits import MOST_COLUMNS, MOST_TEXT
from jobs.formats.tables.mapping import letters
from jobs.formats.tables.xlsx.blocks import MOST_ROWS, Blocks
from jobs.formats.tables.xlsx.strings import Strings, text_of
from jobs.formats.tables.xlsx.styles import PLAIN, Style, day, number
from jobs.formats.tables.xlsx.xml import MOST_ELEMENT, blocks, plain, texts

_DATA = re.compile(r"<(\w+:)?sheetData\b([^<>]*)>")
_ATTRIBUTE = re.compile(r"""(?<![\w:])([\w:]++)\s*+=\s*+(?:"([^"<>]*)"|'([^'<>]*)')""")
_CELL = re.compile(r"([A-Za-z]{1,3})\d{1,7}")
_VALUE = re.compile(r"<(?:\w+:)?v(?:\s[^<>]*)?>([^<]*)</(?:\w+:)?v>")
_FORMULA = re.compile(r"<(?:\w+:)?f(?:\s[^<>]*)?(?:/>|>([^<]*)<)")
Cell = tuple[str, str, str, str]


@dataclass(slots=True)
class Content:
    """What the cells of a workbook refer to."""

    strings: Strings = field(default_factory=Strings)
    styles: list[Style] = field(default_factory=list)
    since_1904: bool = False


class Sheet:
    """Reads one sheet once. Of a formula its last value is taken; where it has none the cell is its text,
    ``=A1*2``, which no kind takes for a value. Raises Fatal: ``xlsx_damaged``, ``table_too_wide``."""

    def __init__(self, chunks: Iterable[bytes], content: Content) -> None:
        self._parts = texts(chunks)
        self._content = content
        self._special = {
            str(no): style for no, style in enumerate(content.styles) if style.date or style.width
        }
        self._indents = {str(no): style.indent for no, style in enumerate(content.styles) if style.indent}
        self._prefix = ""

    def rows(self) -> Iterator[GridRow]:
        """Those that say something, in their order."""
        rest = self._begun()
        if rest is None:
            return
        p = self._prefix
        usual = re.compile(
            rf'<{p}c r="([A-Z]+)\d+"(?: s="(\d+)")?(?: t="(\w+)")?(?:/>|>'
            rf"(?:<{p}f(?: [^<>]*)?(?:/>|>[^<]*</{p}f>))?<{p}v>([^<]*)</{p}v></{p}c>)"
        )
        opened = re.compile(rf"<{p}c[ >/]")
        quick = Blocks(p, self._content.strings, self._indents, self._special, self._text)
        last = 0
        for block in blocks(rest, f"</{p}row>", f"</{p}sheetData>"):
            if (found := quick.rows(block, last)) is not None:
                rows, last = found
                yield from rows
                continue
            for element in block.split(f"</{p}row>")[:-1]:
                head, body = self._head(element)
                last = _row_number(head, last)
                cells: list[Cell] = usual.findall(body)
                if len(cells) != body.count(f"<{p}c ") + body.count(f"<{p}c>"):
                    cells = self._unusual(body, opened)
                if row := self._row(last, head, cells):
                    yield row

    def _begun(self) -> Iterator[str] | None:
        """Everything from the first row on; None where there is none."""
        head = ""
        for part in self._parts:
            head += part
            if (data := _DATA.search(head)) is not None:
                self._prefix = data[1] or ""
                return None if data[2].endswith("/") else _chained(head[data.end() :], self._parts)
            if len(head) > MOST_ELEMENT:
                break
        raise Fatal("xlsx_damaged")

    def _head(self, element: str) -> tuple[dict[str, str], str]:
        """Attributes of the row, and its cells. Empty rows in front of it (``<row …/>``) are passed over."""
        start = element.rfind(f"<{self._prefix}row")
        end = element.find(">", start)
        if start < 0 or end < 0:
            raise Fatal("xlsx_damaged")
        return attributes(element[start:end]), element[end + 1 :]

    def _unusual(self, body: str, opened: re.Pattern[str]) -> list[Cell]:
        """Attributes in another order, texts in the cell, formulas without a value."""
        starts = [found.start() for found in opened.finditer(body)]
        return [
            self._one(body[start:end], before=index)
            for index, (start, end) in enumerate(zip(starts, [*starts[1:], len(body)], strict=True))
        ]

    def _one(self, cell: str, before: int) -> Cell:
        head, closed, inner = cell.partition(">")
        if not closed:
            raise Fatal("xlsx_damaged")
        said = attributes(head)
        where = _CELL.fullmatch(said.get("r", f"{letters(before)}1"))
        if where is None:
            raise Fatal("xlsx_damaged")
        kind, style = said.get("t", ""), said.get("s", "")
        if kind == "inlineStr":
            return (where[1].upper(), style, "text", text_of(inner))
        value, formula = _VALUE.search(inner), _FORMULA.search(inner)
        if formula is not None and value is None and f"<{self._prefix}v" not in inner:
            return (where[1].upper(), style, "text", "=" + plain(formula[1] or "")[:200])
        return (where[1].upper(), style, kind, value[1] if value is not None else "")

    def _row(self, no: int, head: dict[str, str], found: list[Cell]) -> GridRow | None:
        cells: list[str] = []
        level = -1
        for column, style, kind, value in found:
            text = self._text(style, kind, value)
            if not text:
                continue
            if level < 0:
                level = self._indents.get(style, 0)
            place = _PLACES.get(column)
            if place is None:
                place = _place(column, no)
            if place == len(cells):
                cells.append(text)
            elif place > len(cells):
                cells.extend([""] * (place - len(cells)))
                cells.append(text)
            else:
                cells[place] = text
        if not cells:
            return None
        outline = head.get("outlineLevel", "0")
        return GridRow(no, cells, max(level, int(outline) if outline.isdecimal() and len(outline) < 3 else 0))

    def _text(self, style: str, kind: str, value: str) -> str:
        """Of one cell; empty where it is blank."""
        if not value:
            return ""
        if kind == "s":
            text = self._content.strings.many((value,))[0]
        elif kind in ("", "n"):
            text = self._number(value, self._special.get(style, PLAIN))
        else:
            text = value if kind == "text" else plain(value)[:MOST_TEXT]
        return "" if text.isspace() else text

    def _number(self, value: str, style: Style) -> str:
        if style.date:
            return day(value, since_1904=self._content.since_1904)
        if style.width or len(value) > 15 or "E" in value or "e" in value:
            return number(value, style.width)
        return value


def attributes(head: str) -> dict[str, str]:
    """Of an opening tag, by their local names."""
    return {name.rpartition(":")[2]: one or other for name, one, other in _ATTRIBUTE.findall(head)}


_PLACES = {letters(place): place for place in range(MOST_COLUMNS)}


def _place(column: str, row: int) -> int:
    raise Fatal("table_too_wide", row=row, limit=MOST_COLUMNS)


def _row_number(head: dict[str, str], last: int) -> int:
    said = head.get("r", "")
    found = int(said) if said.isdecimal() and len(said) < 8 else last + 1
    if not last < found <= MOST_ROWS:
        raise Fatal("xlsx_damaged")
    return found


def _chained(first: str, rest: Iterable[str]) -> Iterator[str]:
    yield first
    yield from rest
