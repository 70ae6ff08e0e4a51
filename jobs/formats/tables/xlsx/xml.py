"""The XML of large parts, as text in chunks: never a DOCTYPE, an entity or CDATA, always UTF-8.

Read by pattern instead of by a parser (docs/adr/0014): a workbook of 100,000 rows by 8 columns takes 0.5 s
of CPU, its texts and the memory of a chunk.
"""

import codecs
import html
import re
from collections.abc import Iterable, Iterator

from domain.errors import Fatal

# One row of 1,024 texts of 32,767 characters would be more: nobody writes it.
MOST_ELEMENT = 8 * 1024**2
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def texts(chunks: Iterable[bytes]) -> Iterator[str]:
    """Raises Fatal(``xml_forbidden``) for what begins with ``<!``, whatever it declares."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    last = ""
    for chunk in chunks:
        try:
            text = decoder.decode(chunk)
        except UnicodeDecodeError as error:
            raise Fatal("xlsx_damaged") from error
        if "<!" in text or "\0" in text or (last == "<" and text.startswith("!")):
            raise Fatal("xml_forbidden")
        last = text[-1:]
        yield text


def blocks(chunks: Iterable[str], end: str, stop: str) -> Iterator[str]:
    """Whole elements, each with its ``end``, as many as a chunk brings; over at ``stop``. Raises
    Fatal(``xlsx_damaged``) where the part ends without it, or one element is larger than 8 MB."""
    rest = ""
    for chunk in chunks:
        rest += chunk
        cut = rest.rfind(end)
        if cut >= 0:
            cut += len(end)
            yield rest[:cut]
            rest = rest[cut:]
        if stop in rest:
            return
        if len(rest) > MOST_ELEMENT:
            raise Fatal("xlsx_damaged")
    raise Fatal("xlsx_damaged")


def plain(text: str) -> str:
    """What is written: ``&amp;`` and ``_x000D_`` undone."""
    if "&" in text:
        text = html.unescape(text)
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: _sign(int(found[1], 16)), text)
    return text


def _sign(code: int) -> str:
    """What no text can hold becomes U+FFFD: zero, halves of pairs."""
    return "\ufffd" if code == 0 or 0xD800 <= code <= 0xDFFF else chr(code)
