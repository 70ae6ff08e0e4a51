"""What was done to a history that does not fit together."""

from collections.abc import Iterable, Iterator
from typing import Any, Literal

import orjson

from domain.sealing import FORMAT, unsealed

# What is done to an export, or what is none at all.
Fault = Literal[
    "changed",
    "removed",
    "added",
    "moved",
    "cut",
    "root",
    "signature",
    "key",
    "format",
    "not_json",
    "empty",
    "foreign",
]
Line = dict[str, Any]


class Tampered(Exception):
    """The first thing that is not as it was. ``event`` is its position, ``line`` where it is in the file."""

    def __init__(self, fault: Fault, line: int, event: str = "", detail: str = "") -> None:
        super().__init__(fault, line, event, detail)
        self.fault, self.line, self.event, self.detail = fault, line, event, detail


def refuse_foreign(line: bytes, following: bytes | None) -> None:
    """Raise Tampered for a first line that is none of an export: ``empty`` or ``foreign``."""
    if not line.strip() and following is None:
        raise Tampered("empty", 1)
    if "line" not in _loose(line) and FORMAT.encode() not in line:
        raise Tampered("foreign", 1)


def broken(line: bytes, following: bytes, seal: bytes, number: int, latest: str) -> Tampered:
    """A line does not follow the one before it. ``latest`` is the last event that was in order."""
    content = _loose(line)
    event = _event_of(content) or latest
    if unsealed(following, seal) is not None:
        return Tampered("added", number, event)
    said = content.get("line")
    if isinstance(said, int) and said > number and b',"seal":"' in line:
        return Tampered("removed", number, latest)
    if isinstance(said, int) and 1 < said < number:
        return Tampered("added", number, event)
    return Tampered("changed" if content else "not_json", number, event)


def rewritten(body: bytes, number: int, latest: str) -> Tampered:
    """The last line is not signed over what stands before it; its own number may tell what is missing."""
    said = parsed(body, number).get("line")
    if isinstance(said, int) and said > number:
        return Tampered("removed", number, latest)
    if isinstance(said, int) and said < number:
        return Tampered("added", number, latest)
    return Tampered("signature", number, latest)


def with_next(lines: Iterable[bytes]) -> Iterator[tuple[bytes, bytes | None]]:
    """Each line with the one after it, None after the last."""
    given = iter(lines)
    line = next(given, None)
    while line is not None:
        following = next(given, None)
        yield line, following
        line = following


def parsed(body: bytes, number: int) -> Line:
    """A line's members; only the last line may say another number than its place."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Tampered("format", number) from error
    if not isinstance(found, dict) or found.get("line") != number:
        if isinstance(found, dict) and "events" in found:
            return found
        raise Tampered("format", number)
    return found


def _loose(line: bytes) -> Line:
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _event_of(content: Line) -> str:
    partition, offset = content.get("partition"), content.get("offset")
    return f"{partition}:{offset}" if isinstance(partition, int) and isinstance(offset, int) else ""
