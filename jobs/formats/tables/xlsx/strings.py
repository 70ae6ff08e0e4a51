"""Shared strings: the texts of a workbook, which cells name by number."""

import re
from array import array
from collections.abc import Iterable

from domain.errors import Fatal
from jobs.formats.tables.limits import MOST_TEXT
from jobs.formats.tables.xlsx.xml import elements, plain, texts

MOST_STRINGS = 1_000_000
MOST_BYTES = 40 * 1024**2
# No pattern here passes over a "<": each costs the length of what it looks through, whatever is in it.
_ROOT = re.compile(r"<(\w+:)?sst\b([^<>]*)>")
_TEXT = re.compile(r"<(?:\w+:)?t(?:\s[^<>]*)?>([^<]*)</(?:\w+:)?t>")
_SIMPLE = re.compile(r"\s*<si>\s*<t(?: [^<>]*)?>([^<]*)</t>\s*")
_ALOUD, _ALOUD_END = re.compile(r"<(?:\w+:)?rPh\b"), re.compile(r"</(?:\w+:)?rPh>")


class Strings:
    """Texts by number, as UTF-8 in one piece: a million Russian names take 60 MB instead of 140."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._ends = array("I", [0])

    def __getitem__(self, number: int) -> str:
        """Raises IndexError for one that there is not."""
        if number < 0:
            raise IndexError(number)
        return self._bytes[self._ends[number] : self._ends[number + 1]].decode()

    def add(self, text: str) -> None:
        """Raises Fatal(``xlsx_too_many_strings``) beyond 1,000,000 texts or 40 MB."""
        self._bytes += text.encode()
        self._ends.append(len(self._bytes))
        if len(self._ends) > MOST_STRINGS or len(self._bytes) > MOST_BYTES:
            raise Fatal("xlsx_too_many_strings", limit=MOST_STRINGS)


def strings(chunks: Iterable[bytes]) -> Strings:
    """All of them."""
    parts = texts(chunks)
    head = ""
    for part in parts:
        head += part
        if (root := _ROOT.search(head)) is not None or len(head) > 65_536:
            break
    else:
        raise Fatal("xlsx_damaged")
    if root is None:
        raise Fatal("xlsx_damaged")
    if root[2].endswith("/"):
        return Strings()
    prefix = root[1] or ""
    rest = _chained(head[root.end() :], parts)
    return _collected(elements(rest, f"</{prefix}si>", f"</{prefix}sst>"))


def text_of(element: str) -> str:
    """The runs of a rich text, joined."""
    if "rPh" in element:
        # How a Japanese text is read aloud is no part of it.
        first, *others = _ALOUD.split(element)
        element = first + "".join(_ALOUD_END.split(part, maxsplit=1)[-1] for part in others)
    return plain("".join(_TEXT.findall(element)))[:MOST_TEXT]


def _collected(found: Iterable[str]) -> Strings:
    result = Strings()
    for element in found:
        simple = _SIMPLE.fullmatch(element)
        result.add(plain(simple[1]) if simple is not None else text_of(element))
    return result


def _chained(first: str, rest: Iterable[str]) -> Iterable[str]:
    yield first
    yield from rest
