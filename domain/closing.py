"""The closed period (дата запрета изменения): what is booked in it stays as it is."""

from dataclasses import dataclass
from datetime import date

# Verdicts of rows that change what is stored; a row that is there already touches nothing.
_TOUCHING = frozenset({"created", "updated", "retracted"})


@dataclass(frozen=True, slots=True)
class ClosedPeriod:
    """Bookings up to ``until``, that day included. ``override``: an administrator has said why this attempt
    may touch them all the same."""

    until: date
    override: bool = False

    def holds(self, *days: date | None) -> bool:
        """Whether any of the days is in it; None is no day."""
        return any(day is not None and day <= self.until for day in days)

    def touched_by(self, verdict: str, *days: date | None) -> bool:
        """Whether a row that becomes so and is, or was, booked on these days touches the period: one that
        moves out of it does, and so does one that moves into it."""
        return verdict in _TOUCHING and self.holds(*days)
