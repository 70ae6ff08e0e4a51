"""The quick way through a document: a bank writes the same keys in the same order again and again.

A pattern made of one document's keys reads the next like it in 3 µs; splitting its 30 lines takes 7,
the machine 20. What a pattern gives is exactly what the machine would give, or it does not match.
"""

import re

from jobs.formats.client_bank import keys
from jobs.formats.client_bank.machine import RawRow

_END = f"\n{keys.DOCUMENT_END}"
# Compiling a pattern takes 3 ms; a file with more shapes than this has the others split into lines.
_MOST = 64

_Shape = tuple[re.Pattern[str], tuple[str, ...]]


class Shapes:
    """Learns the shapes of a file's documents while reading them."""

    def __init__(self) -> None:
        # By the number of line ends; the shape used last comes first.
        self._shapes: dict[int, list[_Shape]] = {}
        self._learned = 0

    def read(self, text: str) -> RawRow | None:
        """The row of a document, from its type up to and with КонецДокумента.

        None where a line continues another or stands twice, where a key is spelled in another way, or
        where the end is not the last line.
        """
        shapes = self._shapes.get(text.count("\n"), [])
        for place, (pattern, names) in enumerate(shapes):
            found = pattern.fullmatch(text)
            if found is not None:
                if place:
                    shapes.insert(0, shapes.pop(place))
                return dict(zip(names, found.groups(), strict=True))
        return self._split(text)

    def _split(self, text: str) -> RawRow | None:
        if not text.endswith(_END):
            return None
        kind, *lines = text[: -len(_END)].split("\n")
        row: RawRow = {keys.DOCUMENT: kind}
        for line in lines:
            key, equals, row[key] = line.partition("=")
            if not equals or key in keys.STRUCTURE or keys.canonical(key) != key:
                return None
        if len(row) != len(lines) + 1:
            return None
        if self._learned < _MOST:
            self._learn(len(lines) + 1, tuple(row))
        return row

    def _learn(self, line_ends: int, names: tuple[str, ...]) -> None:
        lines = "".join(f"\n{re.escape(name)}=([^\n]*)" for name in names[1:])
        self._shapes.setdefault(line_ends, []).insert(0, (re.compile(f"([^\n]*){lines}{_END}"), names))
        self._learned += 1
