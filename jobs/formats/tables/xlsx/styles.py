"""What a style means for the text of a cell: dates, zeros in front, indentation."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from math import isfinite
from xml.etree import ElementTree

# Formats that Excel knows by number alone.
_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
# Excel counts days from here; it believes that 1900 was a leap year, which no file of ours is old enough for.
_DAY_ZERO, _DAY_ZERO_MAC = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 - a sheet knows no zone
# The last day of the year 9999, counted from 1904.
_MOST_DAYS = 2_957_003
_MOST_ZEROS = 30


@dataclass(frozen=True, slots=True)
class Style:
    """``width``: digits that are shown at least (format ``00000``)."""

    date: bool = False
    width: int = 0
    indent: int = 0


PLAIN = Style()


def styles(root: ElementTree.Element) -> list[Style]:
    """By the number that cells give."""
    formats = {
        _number(found.get("numFmtId")): found.get("formatCode", "")
        for found in root.iterfind("{*}numFmts/{*}numFmt")
    }
    return [_style(found, formats) for found in root.iterfind("{*}cellXfs/{*}xf")]


def day(value: str, *, since_1904: bool = False) -> str:
    """Excel's number of days as ``2025-03-03``, with a time where it has one; another number stays."""
    try:
        days = float(value)
    except ValueError:
        return value
    if not 0 < days <= _MOST_DAYS:
        return value
    zero = _DAY_ZERO_MAC if since_1904 else _DAY_ZERO
    found = zero + timedelta(seconds=round(days * 86_400))
    return found.isoformat(sep=" ") if days % 1 else found.date().isoformat()


def number(value: str, width: int = 0) -> str:
    """As Excel shows it: 15 digits, no exponent, the zeros of its format."""
    if (len(value) > 15 and "." in value) or "e" in value or "E" in value:
        try:
            rounded = float(value)
        except ValueError:
            return value
        value = f"{Decimal(f'{rounded:.15g}'):f}" if isfinite(rounded) else value
    return value.zfill(width) if width and value.isdecimal() else value


def _style(xf: ElementTree.Element, formats: dict[int, str]) -> Style:
    known = _number(xf.get("numFmtId"))
    code = formats.get(known, "")
    bare = _QUOTED.sub("", code.partition(";")[0]).lower()
    alignment = xf.find("{*}alignment")
    return Style(
        date=known in _DATES if known not in formats else any(sign in bare for sign in "dyгд"),
        width=len(bare) if 1 < len(bare) <= _MOST_ZEROS and not bare.strip("0") else 0,
        indent=_number(alignment.get("indent")) if alignment is not None else 0,
    )


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else 0
