"""A client-bank file, pushed in chunks of any size, becomes rows: one a document."""

import re

from jobs.formats.client_bank import keys
from jobs.formats.client_bank.encoding import decode, unify, whole_lines
from jobs.formats.client_bank.machine import MAX_DOCUMENT, Machine, RawRow
from jobs.formats.client_bank.sections import AccountSection
from jobs.formats.client_bank.survey import FileSurvey

_BLOCK = 1 << 17
_SLICE = 1 << 18
# Four bytes are the longest character: so much of a line makes its document too long in every encoding.
_MAX_LINE = 4 * MAX_DOCUMENT + 64
_LINE_END = re.compile(rb"[\r\n]")
_KNOWN_LIMIT = 1000

_BEGIN = f"\n{keys.DOCUMENT}="
_END = f"\n{keys.DOCUMENT_END}"


class StatementParser:
    """Rows come in the file's order, the same however it is cut into chunks; memory stays under 5 MB.

    A row holds the document's keys in 1C's spelling, СекцияДокумент (its type) among them. ``_defect``
    marks one that cannot be used as it is: ``document_truncated`` (the file ends inside it), ``nul_byte``
    (shown as ␀), ``document_too_long`` (over 262,144 characters; its values are cut).
    """

    def __init__(self, survey: FileSurvey) -> None:
        self._encoding = survey.encoding
        self._machine = Machine()
        self._rest = b""
        self._begun = False
        self._in_long_line = False
        # Keys that need no second look: 1C's own and, as they are met, the bank's.
        self._known = set(keys.KNOWN - keys.STRUCTURE)

    @property
    def sections(self) -> list[AccountSection]:
        """What the statement says of its accounts; complete after ``close``."""
        return self._machine.sections

    def feed(self, chunk: bytes) -> list[RawRow]:
        for start in range(0, len(chunk), _SLICE):
            self._take(chunk[start : start + _SLICE])
        return self._taken()

    def close(self) -> list[RawRow]:
        self._lines(self._rest)
        self._rest = b""
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
        data = self._rest + piece
        if len(data) >= _BLOCK:
            cut = whole_lines(data)
            self._lines(data[:cut])
            data = data[cut:]
        if len(data) > _MAX_LINE:
            self._in_long_line = True
            data = _beginning(data)
        self._rest = data

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
        """The document as nearly all are: each line one key, once, and its end the last. Else False."""
        if not text.endswith(_END) or len(text) > MAX_DOCUMENT:
            return False
        kind, *lines = text[: -len(_END)].split("\n")
        try:
            row: RawRow = dict([line.split("=", 1) for line in lines])
        except ValueError:
            # A line without "=": it continues the one before.
            return False
        if len(row) != len(lines) or not (row.keys() <= self._known or self._learn(row)):
            return False
        row[keys.DOCUMENT] = kind
        self._machine.close_open()
        self._machine.rows.append(row)
        return True

    def _learn(self, row: RawRow) -> bool:
        new = row.keys() - self._known
        if any(keys.canonical(key) != key or key in keys.STRUCTURE for key in new):
            return False
        if len(self._known) < _KNOWN_LIMIT:
            self._known |= new
        return True


def _beginning(line: bytes) -> bytes:
    """As much of a line as makes it too long, not cut inside a character."""
    end = _MAX_LINE
    while line[end] & 0xC0 == 0x80 and end > _MAX_LINE - 4:
        end -= 1
    return line[:end]
