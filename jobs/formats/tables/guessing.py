"""How a CSV file is written, told from its bytes: encoding, delimiter, decimal sign."""

import codecs
import re
from collections.abc import Iterable

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_COMMON = frozenset("оеаинтсрвл")
_DELIMITERS = ";\t,|"
_SAMPLE = 65_536
# A file is UTF-8 where at most one letter in ten is broken: one line of another page happens.
_BROKEN = 10
# No group of thousands begins with a zero: 0,500 is a half.
_GROUPED = {
    ",": re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?"),
    ".": re.compile(r"[+-]?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d*)?"),
}
_HYPHENED = re.compile(r"(\s*-?\d[\d\s]*)-(\d\d)\s*")


def encoding_of(chunks: Iterable[bytes]) -> str:
    """By BOM, else UTF-8 where the whole file decodes, else the code page that gives more common Russian
    letters. Reads all of it once, in memory of one chunk."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    letters = broken = 0
    foreign = b""
    for number, chunk in enumerate(chunks):
        if number == 0:
            for bom, name in _BOMS:
                if chunk.startswith(bom):
                    return name
        if chunk.isascii() and not decoder.getstate()[0]:
            continue
        foreign = foreign or chunk
        text = decoder.decode(chunk)
        broken += text.count("\ufffd")
        letters += sum(len(word) for word in re.findall(r"[^\x00-\x7f]+", text))
    if broken * _BROKEN <= letters:
        return "utf-8"
    start = next((place for place, byte in enumerate(foreign) if byte > 127), 0)
    sample = foreign[start : start + _SAMPLE]
    return max(("cp1251", "cp866"), key=lambda page: _common(sample.decode(page, "replace")))


def delimiter_of(text: str) -> str:
    """The mark that divides most lines into the same number of cells, outside quotes; a semicolon wins a
    tie, as Russian Excel writes it."""
    lines = re.sub(r'"[^"]*"', "", text).splitlines()
    return max(_DELIMITERS, key=lambda mark: _regular([line.count(mark) for line in lines if line.strip()]))


def decimal_of(texts: Iterable[str]) -> str | None:
    """``,`` or ``.`` where the numbers themselves prove it: ``1,5`` does, ``1,234`` does not. None where
    nothing is proven, or both are."""
    proven = {sign for text in texts if (sign := _proven(text)) is not None}
    return proven.pop() if len(proven) == 1 else None


def ungrouped(text: str, decimal: str) -> str:
    """A number without its thousands marks: ``1,234`` is 1234 where the decimal sign is a point. What is
    not grouped by threes stays as it is."""
    mark = "," if decimal == "." else "."
    if mark not in text or not _GROUPED[mark].fullmatch(text.strip()):
        return text
    return text.replace(mark, "")


def pointed(text: str) -> str:
    """``1 250-00``, as 1C 7.7 writes money, as ``1 250.00``; anything else stays as it is."""
    return f"{found[1]}.{found[2]}" if (found := _HYPHENED.fullmatch(text)) else text


def _proven(text: str) -> str | None:
    plain = re.sub(r"[\s'+-]", "", text)
    if not re.fullmatch(r"\d[\d.,]*", plain):
        return None
    comma, point = plain.rfind(","), plain.rfind(".")
    if comma >= 0 and point >= 0:
        return "," if comma > point else "."
    sign = "," if comma >= 0 else "."
    if plain.count(sign) > 1:
        return "." if sign == "," else ","
    if max(comma, point) < 0:
        return None
    after = len(plain) - 1 - max(comma, point)
    return sign if after > 0 and (after != 3 or plain.startswith("0")) else None


def _regular(counts: list[int]) -> tuple[int, int]:
    """How many lines agree on a number of marks, and on which."""
    found = [count for count in counts if count]
    if not found:
        return (0, 0)
    usual = max(set(found), key=lambda count: (found.count(count), count))
    return (found.count(usual), usual)


def _common(text: str) -> int:
    return sum(letter in _COMMON for letter in text)
