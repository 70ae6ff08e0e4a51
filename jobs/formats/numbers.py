"""Money and dates as Russian files write them."""

import re
from datetime import date
from functools import lru_cache

# numeric(18,2): sixteen digits before the point, two behind it.
MAX_DIGITS = 18
LONGEST_DATE = 40
_YEARS = range(1900, 2200)
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2212": "-", "\t": " "})
_MONEY = re.compile(r"([+-]?)(?:(\d+)|(\d{1,3}(?:([ .,'])\d{3})(?:\4\d{3})*))(?:([.,-])(\d+))?", re.ASCII)
_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?", re.ASCII)


def kopecks(text: str) -> int | None:
    """An amount in hundredths, or None where it cannot be read or does not fit numeric(18,2).

    ``123``, ``1.5``, ``15000,00``, ``15000-00``, ``50 000,50`` (also with no-break spaces), ``1,234.56``.
    Three digits behind a lone separator (``1.234``) may mean thousands or thousandths: not read.
    """
    if text[-3:-2] == ".":
        digits = text[:-3] + text[-2:]
        if len(digits) <= MAX_DIGITS and digits.isdigit() and digits.isascii():
            return int(digits)
    digits = _digits(text)
    # The length is looked at first: int() of a million digits would be slow, then refused.
    return int(digits) if digits and len(digits.lstrip("-")) <= MAX_DIGITS else None


def amount_problem(text: str) -> str:
    """Why ``kopecks`` gave None: the code of a rejected row."""
    if not text.strip():
        return "amount_missing"
    return "amount_too_large" if _digits(text) else "amount_malformed"


def _digits(text: str) -> str:
    """The amount as a string of hundredths without leading zeros; empty where it is no number."""
    found = _MONEY.fullmatch(text.translate(_SPACES).strip())
    if found is None:
        return ""
    sign, plain, grouped, group, point, fraction = found.groups()
    fraction = fraction or ""
    if (group and group == point) or len(fraction) == 3 or fraction[2:].strip("0"):
        return ""
    whole = plain or re.sub(r"\D", "", grouped)
    digits = (whole + fraction[:2].ljust(2, "0")).lstrip("0") or "0"
    return f"-{digits}" if sign == "-" else digits


def day(text: str) -> date | None:
    """``DD.MM.YYYY``, a time behind it ignored; None for anything else, 31.02 included."""
    # Nothing of unbounded length goes into a cache.
    return _day(text) if len(text) <= LONGEST_DATE else None


@lru_cache(maxsize=4096)
def _day(text: str) -> date | None:
    found = _DATE.fullmatch(text.strip())
    if found is None or int(found[3]) not in _YEARS:
        return None
    try:
        return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        return None


def date_problem(text: str) -> str:
    """Why ``day`` gave None: the code of a rejected row."""
    if no_date(text):
        return "date_missing"
    return "date_impossible" if _DATE.fullmatch(text[:LONGEST_DATE].strip()) else "date_malformed"


def no_date(text: str) -> bool:
    """Nothing, or 1C's empty date."""
    return text.strip() in ("", "01.01.0001")
