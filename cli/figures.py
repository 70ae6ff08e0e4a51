"""Money, dates and times as the reader's language writes them."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from infra.wording import MONTHS, Language
from infra.wording import day as day

NBSP = "\u00a0"
_MINUS = "\u2212"
# ``3 Mar 2025 10:41:57``, ``03.03.2025 10:41:57.124 +03:00``.
_SHOWN = re.compile(
    r"(\d{1,2})[ .]([A-Za-z]{3}|\d{1,2})[ .](\d{4}),? (\d{2}:\d{2}:\d{2})"
    r"(?:[.,](\d{1,6}))?(?: ?([+-]\d{2}:\d{2}))?",
    re.ASCII,
)


def money(amount: Decimal | str, language: Language) -> str:
    """``1 234 567,89`` with no-break spaces and U+2212 in Russian, ``1,234,567.89`` in English."""
    grouped = f"{Decimal(amount):,.2f}"
    if language == "en":
        return grouped
    return grouped.replace(",", NBSP).replace(".", ",").replace("-", _MINUS)


def moment(iso: str | None, language: Language) -> str:
    """A point in time in the zone of this terminal; empty for None."""
    if not iso:
        return ""
    local = _parsed(iso).astimezone()
    return f"{day(local.date(), language)} {local:%H:%M:%S}"


def exact(iso: str | None, language: Language) -> str:
    """The same with its zone and the next thousandth of a second: said back (``--as-of``) it is not before
    what it shows."""
    if not iso:
        return ""
    later = _parsed(iso).astimezone()
    later += timedelta(microseconds=-later.microsecond % 1000)
    zone = f"{later:%z}"
    return f"{moment(later.isoformat(), language)}.{later.microsecond // 1000:03d} {zone[:3]}:{zone[3:5]}"


def said(text: str) -> str:
    """A time as ``moment`` or ``exact`` shows it, as ISO 8601; anything else as it is. Without a zone it is
    this terminal's, without a fraction the end of its second."""
    if (found := _SHOWN.fullmatch(" ".join(text.split()))) is None:
        return text
    first, month, year, time, fraction, zone = found.groups()
    if not month.isdecimal() and month.capitalize() not in MONTHS:
        return text
    number = int(month) if month.isdecimal() else MONTHS.index(month.capitalize()) + 1
    parts = (fraction or "999999").ljust(6, "0")
    try:
        read = datetime.fromisoformat(f"{year}-{number:02d}-{int(first):02d}T{time}.{parts}{zone or ''}")
        return read.astimezone(UTC).isoformat().replace("+00:00", "Z")
    except (ValueError, OverflowError):
        return text


def clock(iso: str) -> str:
    """The time of day alone, in the zone of this terminal."""
    return f"{_parsed(iso).astimezone():%H:%M:%S}"


def span(seconds: float) -> str:
    """``0:07``, ``12:40``, ``1:02:03``: the same in both languages."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, rest = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def _parsed(iso: str) -> datetime:
    found = datetime.fromisoformat(iso)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
