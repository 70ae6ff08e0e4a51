"""What a kind looks for in the header of a table."""

import re
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Field:
    """A column by the names that people and 1C give it.

    ``many``: several columns may carry it, one for each warehouse; ``words`` tell such columns where none is
    called by an alias (``Склад №2``). ``key``: a row without any of these is a group's. ``total``: a group's
    row carries it too. ``titled``: may stand above the header, for all rows; ``groups``: may be the name of
    the group that a row is of. ``number``: read as a number; ``money``: its header may name the currency.
    """

    name: str
    aliases: tuple[str, ...]
    required: bool = False
    many: bool = False
    words: tuple[str, ...] = ()
    key: bool = False
    total: bool = False
    titled: bool = False
    groups: bool = False
    number: bool = False
    money: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one kind of file."""

    name: str
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field | None:
        return next((field for field in self.fields if field.name == name), None)

    @property
    def required(self) -> set[str]:
        return {field.name for field in self.fields if field.required}


@lru_cache(maxsize=1024)
def names_of(field: Field) -> tuple[str, ...]:
    """All that it may be called, as they are compared."""
    return tuple(squeezed(name) for name in (field.name, *field.aliases))


@lru_cache(maxsize=8192)
def squeezed(text: str) -> str:
    """``"Ед. изм."`` → ``едизм``: capitals, ё, spaces and marks make no difference."""
    return re.sub(r"[\W_]+", "", text.casefold().replace("ё", "е"))
