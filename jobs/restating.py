"""Control totals that a kind can tell anew when rows were corrected since the source was read."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from jobs.base import AccountTotals, Kind, Row

# A row as it was when the totals were told, and as it is now.
Change = tuple[Row, Row]


class Restating(Protocol):
    """A kind whose sources carry control totals."""

    def restated(
        self,
        totals: Sequence[AccountTotals],
        changes: Iterable[Change],
        context: Mapping[str, Any],
        account_ref: Callable[[str], str],
    ) -> tuple[AccountTotals, ...]:
        """The totals over the rows as they are now; ``context`` is that of the batches."""
        ...


def restating_of(kind: Kind) -> Restating | None:
    """How a kind tells its totals anew, None where its sources carry none."""
    found: Restating | None = kind if hasattr(kind, "restated") else None  # type: ignore[assignment]
    return found
