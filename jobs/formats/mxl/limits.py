"""How much of a spreadsheet is believed, and how it is said where a file asks for more."""

from domain.errors import Fatal

# What Excel knows, and more than 1C shows.
MOST_COLUMNS, MOST_ROWS = 16_384, 2_000_000
# Characters of one text (8.x) or bytes (7.7); real cells nest five deep.
LONGEST, DEEPEST = 262_144, 100
# Values in one nested list: a text in a hundred languages has some three hundred.
MOST_VALUES = 10_000


def damaged(row: int) -> Fatal:
    """The file says something that no spreadsheet says; ``row`` is the row where (0 = before the first)."""
    return Fatal("mxl_damaged", row=row)


def truncated(row: int) -> Fatal:
    """The file ends before its sheet does."""
    return Fatal("mxl_truncated", row=row)


def too_wide(row: int) -> Fatal:
    return Fatal("mxl_too_wide", row=row, limit=MOST_COLUMNS)


def too_long(row: int) -> Fatal:
    return Fatal("mxl_text_too_long", row=row, limit=LONGEST)


def too_deep(row: int) -> Fatal:
    return Fatal("mxl_too_deep", row=row, limit=DEEPEST)
