"""A day as a person types it."""

import re
from datetime import datetime

from cli.failures import Failure

_FORMS = (
    (re.compile(r"\d{4}-\d{1,2}-\d{1,2}"), "%Y-%m-%d"),
    (re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}"), "%d.%m.%Y"),
)


def day_of(text: str) -> datetime:
    """``2025-03-01`` or ``01.03.2025``, at midnight. Raises Failure: ``cli.day_invalid`` for a day that is in
    no calendar, ``cli.day_unreadable`` for anything else."""
    if (form := _form(text)) is None:
        raise Failure("cli.day_unreadable", text)
    try:
        # A calendar day has no zone.
        return datetime.strptime(text.strip(), form)  # noqa: DTZ007
    except ValueError as error:
        raise Failure("cli.day_invalid", text) from error


def moment_of(text: str) -> datetime:
    """A day, or ``2025-03-01T10:00:00`` (UTC). Raises Failure as ``day_of`` does, ``cli.moment_unreadable``
    for what is neither."""
    if _form(text) is not None:
        return day_of(text)
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise Failure("cli.moment_unreadable", text) from error


def _form(text: str) -> str | None:
    return next((form for looks, form in _FORMS if looks.fullmatch(text.strip())), None)
