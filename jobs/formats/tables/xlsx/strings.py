"""Shared strings: the texts of a workbook, which cells name by number."""

import re
from collections.abc import Iterable

from domain.errors import Fatal
from jobs.formats.tables.limits import MOST_TEXT
from jobs.formats.tables.xlsx.xml import elements, plain, texts

MOST_STRINGS = 1_000_000
MOST_CHARACTERS = 32 * 1024**2
_ROOT = re.compile(r"<(\w+:)?sst\b([^>]*)>")
# How a Japanese text is read aloud is no part of it.
_PHONETIC = re.compile(r"<(?:\w+:)?rPh\b.*?</(?:\w+:)?rPh>", re.DOTALL)
_TEXT = re.compile(r"<(?:\w+:)?t(?:\s[^>]*)?>([^<]*)</(?:\w+:)?t>")
_SIMPLE = re.compile(r"\s*<si>\s*<t(?: [^>]*)?>([^<]*)</t>\s*")


def strings(chunks: Iterable[bytes]) -> list[str]:
    """All of them. Raises Fatal(``xlsx_too_many_strings``) beyond 1,000,000 or 32 M characters."""
    parts = texts(chunks)
    head = ""
    for part in parts:
        head += part
        if (root := _ROOT.search(head)) is not None or len(head) > 65_536:
            break
    else:
        root = None
    if root is None:
        raise Fatal("xlsx_damaged")
    if root[2].endswith("/"):
        return []
    prefix = root[1] or ""
    rest = _chained(head[root.end() :], parts)
    return _collected(elements(rest, f"</{prefix}si>", f"</{prefix}sst>"))


def text_of(element: str) -> str:
    """The runs of a rich text, joined."""
    if "rPh" in element:
        element = _PHONETIC.sub("", element)
    return plain("".join(_TEXT.findall(element)))[:MOST_TEXT]


def _collected(found: Iterable[str]) -> list[str]:
    result: list[str] = []
    characters = 0
    for element in found:
        simple = _SIMPLE.fullmatch(element)
        text = plain(simple[1]) if simple is not None else text_of(element)
        characters += len(text)
        if len(result) >= MOST_STRINGS or characters > MOST_CHARACTERS:
            raise Fatal("xlsx_too_many_strings", limit=MOST_STRINGS)
        result.append(text)
    return result


def _chained(first: str, rest: Iterable[str]) -> Iterable[str]:
    yield first
    yield from rest
