"""An exported history as lines of JSON that vouch for each other, so that it can be checked anywhere.

Every line carries its number and, as its last member, a seal: SHA-256 over the seal before it and the line's
own bytes without that member. The first line says what the file is; the last one is signed over everything.
"""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

import orjson

FORMAT = "tidemark-audit-1"
_SEAL, _SIGNATURE = b',"seal":"', b',"signature":"'
_END = b'"}\n'
_SEAL_SIZE = len(_SEAL) + 64 + len(_END)
_SIGNATURE_SIZE = len(_SIGNATURE) + 128 + len(_END)


class Sealer:
    """Writes the lines of one file."""

    def __init__(self) -> None:
        self._seal = bytes(32)
        self._lines = 0

    def line(self, content: Mapping[str, Any]) -> bytes:
        """The next line."""
        body = self._body(content)
        return body[:-1] + _SEAL + self._seal.hex().encode() + _END

    def last(self, content: Mapping[str, Any], sign: Callable[[bytes], str]) -> bytes:
        """The last line: a signature instead of a seal."""
        body = self._body(content)
        return body[:-1] + _SIGNATURE + sign(self._seal).encode() + _END

    def _body(self, content: Mapping[str, Any]) -> bytes:
        self._lines += 1
        body = orjson.dumps({"line": self._lines, **content})
        self._seal = sha256(self._seal + body).digest()
        return body


def unsealed(line: bytes, seal: bytes) -> tuple[bytes, bytes] | None:
    """A line's own bytes and the seal after it; None where it does not follow ``seal``."""
    body, rest = line[:-_SEAL_SIZE] + b"}", line[-_SEAL_SIZE:]
    found = sha256(seal + body).digest()
    return (body, found) if rest == _SEAL + found.hex().encode() + _END else None


def unsigned(line: bytes, seal: bytes) -> tuple[bytes, bytes, str] | None:
    """The last line's own bytes, what was signed, and the signature; None where it has none."""
    body, rest = line[:-_SIGNATURE_SIZE] + b"}", line[-_SIGNATURE_SIZE:]
    if not rest.startswith(_SIGNATURE) or not rest.endswith(_END):
        return None
    return body, sha256(seal + body).digest(), rest[len(_SIGNATURE) : -len(_END)].decode("ascii", "replace")
