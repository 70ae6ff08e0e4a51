"""A day as a person types it."""

from datetime import datetime

from cli.failures import Failure

_FORMS = ("%Y-%m-%d", "%d.%m.%Y")


def day_of(text: str) -> datetime:
    """``2025-03-01`` or ``01.03.2025``, at midnight. Raises Failure for anything else."""
    for form in _FORMS:
        try:
            # A calendar day has no zone.
            return datetime.strptime(text.strip(), form)  # noqa: DTZ007
        except ValueError:
            continue
    raise Failure("cli.day_invalid", text)


def moment_of(text: str) -> datetime:
    """A day, or ``2025-03-01T10:00:00`` (UTC). Raises Failure for anything else."""
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        return day_of(text)
