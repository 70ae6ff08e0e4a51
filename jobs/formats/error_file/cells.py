"""Cells that no spreadsheet runs or spoils, and that can be undone."""

import json
import re
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

# Our own columns. ``sheet_row``, where tables have the row, is there only for them; ``ref`` says of which
# rejection this row is, and how often it was corrected by then.
OWN = ("row_no", "sheet_row", "field", "value", "code", "reason", "ref")
# Our own marks in a raw row begin like this; no column of a source does.
MARK = "_"
# A spreadsheet takes these for a formula, or skips them and looks at what follows.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠|%]|[\t\r\n]")
_FIGURE = re.compile(r"[+-]?[\d ., \u00a0]+")
# What it takes for a number and cannot hold: a code with zeros before it, an account of 20 digits, 1E5.
_SPOILED = re.compile(r"0[0-9]+|[0-9]{16,}|[0-9]+[eE][+-]?[0-9]+")
# Excel cuts a cell at 32,767 characters, apostrophe included.
LONGEST_CELL = 32_000
_CLASHES = re.compile(rf"(?:{'|'.join(OWN)})_*")


@dataclass(frozen=True, slots=True)
class Ref:
    """A rejection as it was when the file was made. ``number`` is that of the row's last correction."""

    task_id: str
    attempt: int
    row_no: int
    number: int

    def __str__(self) -> str:
        return f"{self.task_id}/{self.attempt}/{self.row_no}/{self.number}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """None for what is no such thing."""
        task_id, *numbers = text.strip().split("/")
        plain = [int(part) for part in numbers if re.fullmatch(r"[0-9]{1,18}", part)]
        if len(numbers) != 3 or len(plain) != 3:
            return None
        try:
            return cls(str(UUID(task_id)), *plain)
        except ValueError:
            return None


def text_of(value: Any) -> str:
    """A value of a row as a person reads it: a text as it is, anything else as JSON; no more of it than a
    cell holds."""
    text = "" if value is None else value if isinstance(value, str) else _json(value)
    return text[:LONGEST_CELL].replace("\0", "\N{SYMBOL FOR NULL}")


def _json(value: Any) -> str:
    # Not orjson: a row of 1C may hold a number of more than 64 bits.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def safe(text: str) -> str:
    """An apostrophe before what a spreadsheet would run or spoil; short plain numbers (``-5,00``) are left
    as they are."""
    return f"'{text}" if _needs_mark(text) else text


def undone(cell: str) -> str:
    """What ``safe`` was given: another apostrophe that stands there is a person's."""
    return cell[1:] if cell.startswith("'") and _needs_mark(cell[1:]) else cell


def column(name: str) -> str:
    """A field's name as a column: never one of ours."""
    return f"{name}_" if _CLASHES.fullmatch(name) else name


def field_of(column: str) -> str:
    """The field of a column that is none of ours."""
    return column[:-1] if column.endswith("_") and _CLASHES.fullmatch(column[:-1]) else column


def blank(cell: str) -> bool:
    """A cell of spaces is an empty one to every reader of tables."""
    return not cell or cell.isspace()


def _needs_mark(text: str) -> bool:
    if not text or text[0].isalpha():
        # Most cells, in a tenth of the time.
        return False
    # Apostrophes that stand there already count as one more, so that undoing takes ours and no other.
    bare = text.lstrip("'")
    if _SPOILED.fullmatch(bare):
        return True
    return bool(_FORMULA.match(bare)) and not _FIGURE.fullmatch(bare)
