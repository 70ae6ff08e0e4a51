"""1C's bracket notation as a stream: ``{8,1,"text with a "" quote",{…}}``."""

import codecs
import re
from typing import BinaryIO

from jobs.formats.mxl.limits import DEEPEST, LONGEST, MOST_VALUES, damaged, too_deep, too_long, truncated

CHUNK = 1 << 18
_TOKEN = re.compile(r'[\s,]*+(?:"((?:[^"]++|"")*+)"|([^{}",\s]++)|([{}]))')

# A value between commas: an atom or the text of a string, or a list of them.
Value = str | list["Value"]


class Scanner:
    """What of the file is in memory: ``data`` from ``at`` on; patterns are matched there. A chunk of
    262,144 bytes is added when a value is not whole. ``row`` is the row being read, for who is told of it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._ended = False
        self.data, self.at, self.row = "", 0, 0

    def more(self) -> bool:
        """Drop what has been read and add a chunk; False at the end of the file."""
        if self._ended:
            return False
        chunk = self._file.read(CHUNK)
        self._ended = not chunk
        try:
            self.data = self.data[self.at :] + self._decoder.decode(chunk, self._ended)
        except UnicodeDecodeError as error:
            raise (truncated if self._ended else damaged)(self.row) from error
        self.at = 0
        return True

    @property
    def left(self) -> int:
        return len(self.data) - self.at

    def token(self) -> re.Match[str]:
        """The next string (group 1), atom (2) or bracket (3); commas and line ends are between them."""
        while True:
            found = _TOKEN.match(self.data, self.at)
            # At the end of what is there a quote may be the first of two, and an atom may go on.
            if found is not None and (found.end() < len(self.data) or self._ended):
                self.at = found.end()
                if found.end() - found.start() > LONGEST + 2:
                    raise too_long(self.row)
                return found
            if self.left > LONGEST + CHUNK:
                raise too_long(self.row)
            if not self.more():
                raise truncated(self.row)

    def value(self) -> Value | None:
        """The next value, nested lists included; None where the list around it ends here."""
        token = self.token()
        if token[3] == "}":
            return None
        if token[3] is None:
            return _plain(token)
        return self._list()

    def _list(self) -> Value:
        whole: list[Value] = []
        stack, values = [whole], 0
        while stack:
            token = self.token()
            values += 1
            if values > MOST_VALUES:
                raise damaged(self.row)
            if token[3] == "{":
                inner: list[Value] = []
                stack[-1].append(inner)
                stack.append(inner)
                if len(stack) > DEEPEST:
                    raise too_deep(self.row)
            elif token[3] == "}":
                stack.pop()
            else:
                stack[-1].append(_plain(token))
        return whole

    def pass_by(self, depth: int = 0) -> None:
        """Leave out the next value, or what is left of ``depth`` lists that are open."""
        while True:
            bracket = self.token()[3]
            if bracket == "{":
                depth += 1
                if depth > DEEPEST:
                    raise too_deep(self.row)
            elif bracket == "}":
                depth -= 1
                if depth < 0:
                    raise damaged(self.row)
            if depth == 0:
                return


def _plain(token: re.Match[str]) -> str:
    text = token[1]
    if text is None:
        return token[2]
    return text.replace('""', '"') if '"' in text else text
