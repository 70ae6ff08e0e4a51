"""A client-bank file, pushed in chunks of any size, becomes rows: one a document."""

import re

from jobs.formats.client_bank import keys
from jobs.formats.client_bank.encoding import decode, unify, whole_lines
from jobs.formats.client_bank.machine import MAX_DOCUMENT, Machine, RawRow
from jobs.formats.client_bank.sections import AccountSection
from jobs.formats.client_bank.shapes import Shapes
from jobs.formats.client_bank.survey import FileSurvey

_BLOCK = 1 << 17
_SLICE = 1 << 18
# Four bytes are the longest character: so much of a line makes its document too long in every encoding.
_MAX_LINE = 4 * MAX_DOCUMENT + 64
_LINE_END = re.compile(rb"[\r\n]")

_BEGIN = f"\n{keys.DOCUMENT}="


class StatementParser:
    """Rows come in the file's order, the same however it is cut into chunks; memory stays under 5 MB.

    A row holds the document's keys in 1C's spelling, СекцияДокумент (its type) among them. ``_defect``
    marks one that cannot be used as it is: ``document_truncated`` (the file ends inside it), ``nul_byte``
    (shown as ␀), ``document_too_long`` (over 262,144 characters; its values are cut). ``block`` is how many
    bytes are waited for before they are parsed.
    """

    def __init__(self, survey: FileSurvey, block: int = _BLOCK) -> None:
        self._block = block
        self._encoding = survey.encoding
        self._machine = Machine()
        self._rest = bytearray()
        self._begun = False
        self._in_long_line = False
        self._shapes = Shapes()

    @property
    def sections(self) -> list[AccountSection]:
        """What the statement says of its accounts; complete after ``close``."""
        return self._machine.sections

    def feed(self, chunk: bytes) -> list[RawRow]:
        for start in range(0, len(chunk), _SLICE):
            self._take(chunk[start : start + _SLICE])
        return self._taken()

    def close(self) -> list[RawRow]:
        self._lines(bytes(self._rest))
        self._rest.clear()
        self._machine.end_of_file()
        return self._taken()

    def _taken(self) -> list[RawRow]:
        rows, self._machine.rows = self._machine.rows, []
        return rows

    def _take(self, piece: bytes) -> None:
        if self._in_long_line:
            end = _LINE_END.search(piece)
            if end is None:
                return
            piece = piece[end.start() :]
            self._in_long_line = False
        self._rest += piece
        if len(self._rest) >= self._block:
            cut = whole_lines(self._rest)
            if cut:
                self._lines(bytes(self._rest[:cut]))
                del self._rest[:cut]
            if len(self._rest) > _MAX_LINE:
                self._in_long_line = True
                del self._rest[_character_start(self._rest, _MAX_LINE) :]

    def _lines(self, raw: bytes) -> None:
        text = decode(unify(raw), self._encoding)
        if not self._begun:
            text = text.removeprefix("\ufeff")
            self._begun = True
        if "\0" in text:
            self._slowly(text.replace("\0", keys.NUL_SHOWN))
            return
        before, *documents = ("\n" + text.removesuffix("\n")).split(_BEGIN)
        self._slowly(before)
        for document in documents:
            if not self._quickly(document):
                self._slowly(f"{keys.DOCUMENT}={document}")

    def _slowly(self, text: str) -> None:
        line = self._machine.line
        for found in text.split("\n"):
            line(found)

    def _quickly(self, text: str) -> bool:
        """The document as nearly all are; False leaves it to the machine."""
        row = self._shapes.read(text) if len(text) <= MAX_DOCUMENT else None
        if row is None:
            return False
        self._machine.close_open()
        self._machine.rows.append(row)
        return True


def _character_start(line: bytearray, place: int) -> int:
    """The place or one up to three before it, where a UTF-8 character begins."""
    for start in range(place, place - 4, -1):
        if line[start] & 0xC0 != 0x80:
            return start
    return place
