"""Money, dates and times as the reader's language writes them."""

from datetime import UTC, datetime
from decimal import Decimal

from infra.wording import Language
from infra.wording import day as day

NBSP = "\u00a0"
_MINUS = "\u2212"


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
