"""Hashes that show whether a task's history was changed: a chain per task, a Merkle tree per window.

What is hashed is what the log has, byte for byte (``FIELDS``), never what some version of this code made of
it: a rebuild by a later version gives the same chain.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256

# Of every event, in this order; ``value`` is the text of the message, ``time`` has six decimals and a Z.
FIELDS = (
    "partition",
    "offset",
    "id",
    "type",
    "time",
    "task_id",
    "actor",
    "correlation_id",
    "causation_id",
    "source",
    "value",
)
# What the first event of a task follows.
BEGINNING = bytes(32)
_LEAF, _NODE = b"\0", b"\1"


def link(previous: bytes, values: Iterable[str | None]) -> bytes:
    """The hash of an event: SHA-256 over the hash before it and each value as ``length:utf-8,``; a value
    that is not there is ``-,``."""
    known = list(values)
    said = "".join(["-," if value is None else f"{len(value)}:{value}," for value in known])
    if said.isascii():
        return sha256(previous + said.encode()).digest()
    packed = [None if value is None else value.encode() for value in known]
    parts = [b"-," if value is None else b"%d:%b," % (len(value), value) for value in packed]
    return sha256(previous + b"".join(parts)).digest()


def leaf(task_id: str, number: int, head: bytes) -> bytes:
    """What a window says of one task: its events so far, and the hash of the last of them."""
    return sha256(_LEAF + f"{task_id}:{number}:".encode() + head).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root of a tree over leaves that stand in the order of their task ids. A node without a neighbour
    goes up as it is."""
    level = list(leaves)
    while len(level) > 1:
        level = _above(level)
    return level[0]


def path(leaves: Sequence[bytes], place: int) -> list[str]:
    """The neighbours on the way from a leaf to the root: ``l`` or ``r`` for their side, then the hash."""
    steps: list[str] = []
    level = list(leaves)
    while len(level) > 1:
        beside = place ^ 1
        if beside < len(level):
            steps.append(("l" if beside < place else "r") + level[beside].hex())
        level, place = _above(level), place // 2
    return steps


def climbed(found: bytes, steps: Iterable[str]) -> bytes:
    """The root that a leaf and its path lead to; raises ValueError for what is no path."""
    for step in steps:
        beside = bytes.fromhex(step[1:])
        if step[:1] not in ("l", "r") or len(beside) != 32:
            raise ValueError("no step of a path")
        found = sha256(_NODE + (beside + found if step[0] == "l" else found + beside)).digest()
    return found


def _above(level: Sequence[bytes]) -> list[bytes]:
    pairs = [sha256(_NODE + level[i] + level[i + 1]).digest() for i in range(0, len(level) - 1, 2)]
    return [*pairs, level[-1]] if len(level) % 2 else pairs
