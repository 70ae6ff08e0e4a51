"""Finding a file's structure in its bytes: the few lines that matter before it is parsed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from jobs.formats.client_bank import keys
from jobs.formats.client_bank.encoding import ENCODINGS

_VALUED = (keys.OWN_ACCOUNT, keys.DATE_FROM, keys.DATE_TO, keys.VERSION)
_LONGEST_VALUE = 100


@dataclass(frozen=True, slots=True)
class Mark:
    """A line of the structure: its key, what stands behind ``=``, and the encoding it is written in."""

    raw: bytes
    key: str
    value: str
    encoding: str


def _spelled(names: tuple[str, ...]) -> dict[bytes, tuple[str, str]]:
    """Keys as bytes, in every encoding, 1C's way and in capitals → (key, encoding)."""
    return {
        word.encode(encoding): (name, encoding)
        for encoding in ENCODINGS
        for name in names
        for word in (name, name.upper())
    }


_STRUCTURE = _spelled(tuple(keys.STRUCTURE))
_VALUES = _spelled(_VALUED)
_ENDS = {mark for mark, (key, _) in _STRUCTURE.items() if key in (keys.DOCUMENT, keys.DOCUMENT_END)}


def _any(words: dict[bytes, tuple[str, str]]) -> bytes:
    return b"|".join(re.escape(word) for word in sorted(words, reverse=True))


# Nine of ten lines are given up at the look at their first byte.
_FIRST_BYTES = b"[" + bytes(sorted({word[0] for word in (*_STRUCTURE, *_VALUES)})) + b"]"
_MARKS = re.compile(
    rb"\n[ \t]*(?=" + _FIRST_BYTES + rb")"
    rb"((?:" + _any(_STRUCTURE) + rb")(?=[ \t]*[=\n])"
    rb"|(?:" + _any(_VALUES) + rb")[ \t]*=[^\n]{0,%d})" % _LONGEST_VALUE
)


def find(lines: bytes) -> list[bytes]:
    """The marks in whole lines (each begun by LF), as bytes."""
    return _MARKS.findall(lines)


def only_documents(found: set[bytes]) -> bool:
    """Nothing but begins and ends of documents: one stretch of a long statement."""
    return found <= _ENDS


def read(found: list[bytes]) -> Iterator[Mark]:
    for raw in found:
        name, _, value = raw.partition(b"=")
        key, encoding = _STRUCTURE.get(raw) or _VALUES[name.rstrip(b" \t")]
        yield Mark(raw, key, value.decode("ascii", "replace").strip(), encoding)
