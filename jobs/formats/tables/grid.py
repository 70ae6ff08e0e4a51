"""What a sheet gives, whatever file it came out of."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GridRow:
    """A row of a sheet: ``number`` is 1-based, ``level`` its depth in an outline."""

    number: int
    cells: list[str]
    level: int = 0
