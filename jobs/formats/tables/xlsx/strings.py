"""Shared strings: the texts of a workbook, which cells name by number."""

import re
from array import array
from collections.abc import Iterable, Sequence

from domain.errors import Fatal
from jobs.formats.tables.limits import MOST_TEXT
from jobs.formats.tables.xlsx.xml import blocks, plain, texts

MOST_STRINGS = 1_000_000
MOST_BYTES = 40 * 1024**2
# 30 MB at most, and there are four files at a time.
KEPT_STRINGS, KEPT_SIGNS = 250_000, 5_000_000
# No pattern here passes over a "<": each costs the length of what it looks through, whatever is in it.
_ROOT = re.compile(r"<(\w+:)?sst\b([^<>]*)>")
_TEXT = re.compile(r"<(?:\w+:)?t(?:\s[^<>]*)?>([^<]*)</(?:\w+:)?t>")
_ONE = re.compile(r"\s*<si>\s*<t(?: [^<>]*)?>([^<]*)</t>\s*")
_SIMPLE = re.compile(r"<si><t(?: [^<>]*)?>([^<]*)</t></si>")
_ALOUD, _ALOUD_END = re.compile(r"<(?:\w+:)?rPh\b"), re.compile(r"</(?:\w+:)?rPh>")


class Strings:
    """Texts by number. Up to 250,000 short ones are kept as they are, which is four times as fast; more as
    UTF-8 in one piece, so that a million Russian names take 60 MB instead of 140."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._size = 0
        self._packed: _Packed | None = None

    def many(self, numbers: Sequence[str]) -> list[str]:
        """Those that cells name. Raises Fatal(``xlsx_damaged``) for one that there is not."""
        try:
            wanted = list(map(int, numbers))
            if min(wanted, default=0) < 0:
                raise Fatal("xlsx_damaged")
            texts = self._texts if self._packed is None else self._packed
            return [texts[number] for number in wanted]
        except (IndexError, ValueError) as error:
            raise Fatal("xlsx_damaged") from error

    def add(self, texts: Sequence[str]) -> None:
        """Raises Fatal(``xlsx_too_many_strings``) beyond 1,000,000 texts or 40 MB."""
        if self._packed is not None:
            self._packed.add(texts)
            return
        self._texts += texts
        self._size += sum(map(len, texts))
        if len(self._texts) > KEPT_STRINGS or self._size > KEPT_SIGNS:
            self._packed = _Packed()
            self._packed.add(self._texts)
            self._texts = []


class _Packed:
    """Texts as UTF-8, one behind the other."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._ends = array("I", [0])

    def __getitem__(self, number: int) -> str:
        return self._bytes[self._ends[number] : self._ends[number + 1]].decode()

    def add(self, texts: Sequence[str]) -> None:
        for text in texts:
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
    result = Strings()
    for block in blocks(rest, f"</{prefix}si>", f"</{prefix}sst>"):
        result.add(_texts_of(block, f"</{prefix}si>"))
    return result


def text_of(element: str) -> str:
    """The runs of a rich text, joined."""
    if "rPh" in element:
        # How a Japanese text is read aloud is no part of it.
        first, *others = _ALOUD.split(element)
        element = first + "".join(_ALOUD_END.split(part, maxsplit=1)[-1] for part in others)
    return plain("".join(_TEXT.findall(element)))[:MOST_TEXT]


def _texts_of(block: str, end: str) -> list[str]:
    """What is nothing but blanks says nothing."""
    found = _SIMPLE.findall(block) if end == "</si>" else []
    if len(found) != block.count(end):
        found = [_text(element) for element in block.split(end)[:-1]]
    elif "&" in block or "_x" in block:
        found = list(map(plain, found))
    return ["" if text.isspace() else text for text in found]


def _text(element: str) -> str:
    simple = _ONE.fullmatch(element)
    return plain(simple[1]) if simple is not None else text_of(element)


def _chained(first: str, rest: Iterable[str]) -> Iterable[str]:
    yield first
    yield from rest
