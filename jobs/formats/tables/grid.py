"""What a sheet gives, whatever file it came out of."""

from dataclasses import dataclass


# Not frozen: that makes a row 0.5 µs dearer.
@dataclass(slots=True)
class GridRow:
    """A row of a sheet as text: ``number`` is 1-based, ``cells`` start at the first column with blanks
    as '', ``level`` is its outline level (0 = none)."""

    number: int
    cells: list[str]
    level: int = 0


def indent(cells: list[str]) -> int:
    """1C indents the names under a group by spaces. Numbers are only aligned: they say nothing."""
    for cell in cells:
        if cell and not cell.isspace():
            bare = cell.lstrip(" \u00a0")
            return len(cell) - len(bare) if bare[0].isalpha() else 0
    return 0
