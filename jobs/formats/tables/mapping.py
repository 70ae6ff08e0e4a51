"""Which columns of a sheet are which fields: found, corrected, shown, and read by."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Column:
    """``place`` is 0-based; ``header`` is what stands above it; ``warehouse`` where there is one for each."""

    place: int
    header: str = ""
    warehouse: str = ""


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person says of a file instead of what was found; None and nothing = as it was found.

    ``mapping``: field → column as letters (``B``), number (``2``) or header text, ``=text`` for all rows, or
    ``""`` for none. ``header_row`` 0 = the file has no header. ``of_template`` names what was said by the
    ``template`` and not of this very file: members, and fields of ``mapping``.
    """

    sheet: str | None = None
    header_row: int | None = None
    delimiter: str | None = None
    encoding: str | None = None
    decimal: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    template: str | None = None
    of_template: frozenset[str] = frozenset()

    @property
    def hinted(self) -> bool:
        """The header's row is that of the file which the template was made of: here it may be another."""
        return bool(self.header_row) and "header_row" in self.of_template

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> "Wishes":
        given = {name: said[name] for name in cls.__slots__ if said.get(name) is not None}
        return cls(**given)

    def over(self, other: "Wishes") -> "Wishes":
        """These, and the other's where these say nothing."""
        said, others = self._said(), other._said()
        of_template = frozenset({*others, *other.mapping} - {*said, *self.mapping})
        mapping = {**other.mapping, **self.mapping}
        return Wishes(**{**others, **said, "mapping": mapping, "of_template": of_template})

    def _said(self) -> dict[str, Any]:
        """Of the file as a whole."""
        names = ("sheet", "header_row", "delimiter", "encoding", "decimal", "template")
        return {name: value for name in names if (value := getattr(self, name)) is not None}


@dataclass(frozen=True, slots=True)
class Found:
    """How a file is read. ``header_rows`` are 1-based; ``constants`` are values of all rows by field."""

    format: str
    sheet: str
    header_rows: tuple[int, ...]
    columns: Mapping[str, tuple[Column, ...]]
    constants: Mapping[str, str] = field(default_factory=dict)
    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    price_type: str | None = None

    @property
    def first_row(self) -> int:
        return max(self.header_rows, default=0) + 1

    @classmethod
    def restored(cls, stored: Mapping[str, Any]) -> "Found":
        columns = {name: tuple(Column(**one) for one in found) for name, found in stored["columns"].items()}
        return cls(**{**stored, "columns": columns, "header_rows": tuple(stored["header_rows"])})

    def kept(self) -> dict[str, Any]:
        return asdict(self)

    def context(self) -> dict[str, Any]:
        """What every batch carries: short, whatever the file has."""
        return {
            "source": "table",
            "format": self.format,
            "sheet": self.sheet,
            "header_rows": list(self.header_rows),
            "columns": {name: _shown(found) for name, found in self.columns.items()},
            "constants": dict(self.constants),
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "decimal": self.decimal,
            "price_type": self.price_type,
        }


def letters(place: int) -> str:
    """0 → ``A``, 26 → ``AA``."""
    found = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        found = chr(65 + rest) + found
    return found


def _shown(columns: Sequence[Column]) -> str:
    first = columns[0]
    more = f" +{len(columns) - 1}" if len(columns) > 1 else ""
    return f"{letters(first.place)} {first.header}"[:100].strip() + more
