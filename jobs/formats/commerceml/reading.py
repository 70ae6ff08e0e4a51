"""CommerceML by expat: one element after the other, nothing kept but the item that is being read.

expat comes with Python, feeds on chunks, fetches nothing and knows windows-1251 through Python. lxml is no
faster here (its events cost as much) and wants a file. A document type is refused, so there are no entities.
"""

from collections.abc import Iterable, Mapping
from typing import Protocol
from xml.parsers import expat

from domain.errors import Fatal, UnsupportedFormat

Row = dict[str, str]

ROOT = "КоммерческаяИнформация"
# Real files nest some twelve deep. A token is a tag with its attributes, or a comment.
DEEPEST, LONGEST_TOKEN, LARGEST_ITEM, MOST_VALUES = 100, 1 << 20, 1 << 20, 10_000
_SLICE = 1 << 16
_ENCODINGS = frozenset(
    ("utf-8", "utf-16", "us-ascii", "windows-1251", "cp1251", "cp866", "koi8-r", "iso-8859-5")
)


class Value:
    """An element of an item that has ended: where in the item, its own text, its attributes."""

    __slots__ = ("attributes", "path", "text")

    def __init__(self, path: str, text: str, attributes: Mapping[str, str]) -> None:
        self.path = path
        self.text = text
        self.attributes = attributes


class Shape(Protocol):
    """What is wanted of a file. ``items`` are elements by their last two names; ``paths`` what is kept of
    them, beside their own end, in the order in which it ends."""

    items: frozenset[str]
    paths: frozenset[str]

    def rows(self, item: str, values: list[Value]) -> Iterable[Row]:
        """The rows of an item that has ended."""
        ...


class Reader:
    """Fed with bytes; gives the rows that are whole.

    Raises UnsupportedFormat: ``commerceml_other_root``, ``commerceml_doctype``, ``commerceml_encoding``;
    Fatal: ``commerceml_damaged``, ``commerceml_truncated``, ``commerceml_too_deep``,
    ``commerceml_too_large``.
    """

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._names: list[str] = []
        self._rows: list[Row] = []
        self._item = ""
        self._base = self._size = self._fed = 0
        self._texts: list[list[str]] = []
        self._attributes: list[Mapping[str, str]] = []
        self._values: list[Value] = []
        self._parser = self._made()

    def _made(self) -> expat.XMLParserType:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.XmlDeclHandler = self._declared
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        return parser

    def feed(self, chunk: bytes) -> list[Row]:
        for start in range(0, len(chunk), _SLICE):
            part = chunk[start : start + _SLICE]
            self._parse(part, final=False)
            self._fed += len(part)
            if self._fed - self._parser.CurrentByteIndex > LONGEST_TOKEN + _SLICE:
                raise self._too_large()
        return self._taken()

    def close(self) -> list[Row]:
        self._parse(b"", final=True)
        return self._taken()

    def _taken(self) -> list[Row]:
        rows, self._rows = self._rows, []
        return rows

    def _parse(self, part: bytes, *, final: bool) -> None:
        try:
            self._parser.Parse(part, final)
        except expat.ExpatError as error:
            code = "commerceml_truncated" if final else "commerceml_damaged"
            raise Fatal(code, line=error.lineno) from error

    def _declared(self, version: str, encoding: str | None, standalone: int) -> None:
        if encoding is not None and encoding.lower() not in _ENCODINGS:
            raise UnsupportedFormat("commerceml_encoding", encoding=encoding[:40])

    def _doctype(self, *declared: object) -> None:
        raise UnsupportedFormat("commerceml_doctype")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        names = self._names
        if not names and name != ROOT:
            raise UnsupportedFormat("commerceml_other_root", root=name[:100])
        names.append(name)
        if len(names) > DEEPEST:
            raise Fatal("commerceml_too_deep", line=self._parser.CurrentLineNumber, limit=DEEPEST)
        if self._item:
            self._measure(sum(map(len, attributes.values())))
            self._texts.append([])
            self._attributes.append(attributes)
        elif len(names) > 1 and (item := f"{names[-2]}/{name}") in self._shape.items:
            self._item, self._base = item, len(names)
            self._values, self._size = [], 0

    def _text(self, text: str) -> None:
        if self._texts:
            self._measure(len(text))
            self._texts[-1].append(text)

    def _measure(self, more: int) -> None:
        self._size += more
        if self._size > LARGEST_ITEM:
            raise self._too_large()

    def _end(self, _: str) -> None:
        names = self._names
        if not self._item:
            names.pop()
        elif len(names) == self._base:
            self._rows.extend(self._shape.rows(self._item, self._values))
            self._item, self._values = "", []
            names.pop()
        else:
            path = "/".join(names[self._base :])
            names.pop()
            text, attributes = self._texts.pop(), self._attributes.pop()
            if path in self._shape.paths:
                if len(self._values) >= MOST_VALUES:
                    raise self._too_large()
                self._values.append(Value(path, "".join(text).strip(), attributes))

    def _too_large(self) -> Fatal:
        return Fatal("commerceml_too_large", line=self._parser.CurrentLineNumber)
