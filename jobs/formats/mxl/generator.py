"""Spreadsheets for tests and measurements: 8.x text, and 7.7 binary with nothing but texts."""

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence

Texts = Mapping[int, str]
Sheet = Sequence[tuple[int, Texts]]

_HEAD_8 = '{8,1,%d,\r\n{"ru","ru",1,1,"ru","Русский","Русский"%s},\r\n{128,72},\r\n{0},0,\r\n%s1,2,%d,'
_BOX = "{0,0},\r\n"
_TAIL_8 = (
    "\r\n{%d,0,00000000-0000-0000-0000-000000000000,0},%d,0,0,0,0,0,0,0,0,\r\n{0},\r\n{0},\r\n{0},\r\n"
    '{1,"Область",\r\n{1,\r\n{3,1,4,1,4,00000000-0000-0000-0000-000000000000},0}\r\n},"",\r\n{0},0}'
)


def text_8(sheet: Iterable[tuple[int, Texts]], count: int, subversion: int = 11) -> Iterator[bytes]:
    """An 8.x sheet in pieces; rows are numbered from 1, columns from 0, ``count`` is how many rows come."""
    newer = subversion >= 10
    head = _HEAD_8 % (subversion, ",0" if newer else "", _BOX * 6, count)
    yield b"MOXCEL\0" + struct.pack("<HHH", 8, 1, subversion) + b"\xef\xbb\xbf" + head.encode()
    widest = 0
    for number, cells in sheet:
        widest = max(widest, *cells, 0)
        parts = [f"{number - 1},0,{len(cells)},"]
        parts += [f"{column},\r\n{cell_8(text, newer=newer)}," for column, text in sorted(cells.items())]
        yield "".join(parts).encode()
    yield (_TAIL_8 % (widest + 1, count)).encode()


def cell_8(text: str, *, newer: bool = True, language: str = "ru") -> str:
    """A cell that shows a text."""
    end = ",0}" if newer else "\r\n}"
    if not text:
        return "{16,0,\r\n{1,0}" + end
    quoted = text.replace('"', '""')
    return f'{{16,0,\r\n{{1,1,\r\n{{"{language}","{quoted}"}}\r\n}}{end}'


def binary_7(sheet: Sheet, version: int = 7) -> bytes:
    """A 7.7 sheet."""
    plain = _cell_7(None, version)
    columns = 1 + max((column for _, cells in sheet for column in cells), default=0)
    font = struct.pack("<iiiii", -160, 0, 0, 0, 400).ljust(28, b"\0") + b"Arial".ljust(32, b"\0")
    rows = [plain + _things({c: _cell_7(text, version) for c, text in cells.items()}) for _, cells in sheet]
    return b"".join(
        (
            b"MOXCEL" + bytes(5) + struct.pack("<Hiii", version, columns, len(sheet), 0),
            plain,
            _things({0: font}),
            _things({}),
            plain,
            plain,
            _things({0: plain}),
            _things(dict(zip((number - 1 for number, _ in sheet), rows, strict=True))),
            bytes(14),
        )
    )


def _cell_7(text: str | None, version: int) -> bytes:
    flags = 0 if text is None else 0x80000000
    cell = struct.pack("<I", flags) + bytes(26 if version == 6 else 28)
    if text is None:
        return cell
    body = text.encode("cp1251")
    return cell + _length(len(body)) + body


def _length(size: int) -> bytes:
    return bytes([size]) if size < 0xFF else b"\xff" + _count(size)


def _count(count: int) -> bytes:
    return struct.pack("<H", count) if count < 0xFFFF else b"\xff\xff" + struct.pack("<I", count)


def _things(things: Mapping[int, bytes]) -> bytes:
    keys = sorted(things)
    numbers = struct.pack(f"<{len(keys)}i", *keys)
    return _count(len(keys)) + numbers + _count(len(keys)) + b"".join(things[key] for key in keys)
