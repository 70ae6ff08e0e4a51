"""Where in the log something stands: one (partition, offset), or a vector of them."""

from collections.abc import Mapping
from typing import NamedTuple, Self

MOST_PARTITIONS = 1_000


class BadPosition(ValueError):
    """The text is not ``partition:offset``, or a vector of them."""


class Position(NamedTuple):
    """One place in topic ``tasks``; compared only within a partition."""

    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.partition}:{self.offset}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The position of ``"3:41"``; raises BadPosition."""
        partition, colon, offset = text.strip().partition(":")
        if not (colon and partition.isdecimal() and offset.isdecimal()) or len(text) > 32:
            raise BadPosition(text[:32])
        return cls(int(partition), int(offset))


Vector = dict[int, int]


def parse_vector(text: str) -> Vector:
    """``"0:41,3:7"`` → {0: 41, 3: 7}; an empty text is the beginning. Raises BadPosition."""
    parts = [part for part in text.replace(" ", ",").split(",") if part]
    if len(parts) > MOST_PARTITIONS:
        raise BadPosition(text[:32])
    vector: Vector = {}
    for position in map(Position.parse, parts):
        vector[position.partition] = max(position.offset, vector.get(position.partition, -1))
    return vector


def vector_text(vector: Mapping[int, int]) -> str:
    """``{3: 7, 0: 41}`` → ``"0:41,3:7"``; a partition of which nothing was seen yet is left out."""
    return ",".join(
        f"{partition}:{vector[partition]}" for partition in sorted(vector) if vector[partition] >= 0
    )
