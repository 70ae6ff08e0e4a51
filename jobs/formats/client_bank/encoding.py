"""The encoding of a client-bank file: what it is, not what its header says.

1C and banks write cp1251 where the header says DOS or UTF-8, UTF-8 where it says Windows, and some
append a last line in another encoding than the rest; so a line that does not fit is decoded apart.
"""

import re

from jobs.formats.client_bank.keys import spellings

ENCODINGS = ("utf-8", "cp1251", "cp866")

_KEYS = {encoding: frozenset(key.encode(encoding) for key in spellings()) for encoding in ENCODINGS}
# How a line begins that was written in another encoding: bytes which at that place are no Russian
# capital of this one. UTF-8 needs none, such a line does not decode.
_SUSPECT = {
    "cp1251": rb"[ \t]*(?:\xd0[\x90-\xbf]|\xd1[\x80-\x8f]|[\x80-\x9f])",
    "cp866": rb"[ \t]*[\xc0-\xdf]",
}
_LONE_CR = re.compile(rb"\r(?!\n)")
_FIRST = {encoding: re.compile(pattern) for encoding, pattern in _SUSPECT.items()}
_LATER = {encoding: re.compile(rb"\n" + pattern) for encoding, pattern in _SUSPECT.items()}


def unify(raw: bytes) -> bytes:
    """Line ends of every kind as LF. A CR at the very end must have its LF with it."""
    if _LONE_CR.search(raw):
        return raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return raw.translate(None, b"\r")


def whole_lines(data: bytes | bytearray) -> int:
    """How much of ``data`` is whole lines. A CR at its end may be half of a CRLF and does not count."""
    return max(data.rfind(b"\n"), data.rfind(b"\r", 0, -1)) + 1


def decode(raw: bytes, encoding: str) -> str:
    """Whole lines as text; each line's text depends on that line alone, however the file was cut."""
    if not _suspect(raw, encoding):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            pass
    return "\n".join(_decode_line(line, encoding) for line in raw.split(b"\n"))


def _suspect(raw: bytes, encoding: str) -> bool:
    if encoding == "utf-8":
        return False
    return bool(_FIRST[encoding].match(raw) or _LATER[encoding].search(raw))


def _decode_line(line: bytes, encoding: str) -> str:
    if not _suspect(line, encoding):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            pass
    key = line.partition(b"=")[0].strip(b" \t")
    for candidate in (encoding, *ENCODINGS):
        if key in _KEYS[candidate]:
            return line.decode(candidate, "replace")
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        # No known key: a continued value or a bank's own key, most likely in the commonest encoding.
        return line.decode("cp1251" if encoding == "utf-8" else encoding, "replace")
