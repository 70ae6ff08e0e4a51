"""What a kind looks for in the header of a table."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """A column by the names that people and 1C give it. ``many``: several columns may carry it."""

    name: str
    aliases: tuple[str, ...]
    required: bool = False
    many: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one kind of file."""

    name: str
    fields: tuple[Field, ...]
