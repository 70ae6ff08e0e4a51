"""What an undo does with one row: pure, and the same for the preview and for the undo itself."""

from dataclasses import dataclass
from typing import Literal

# remove: the task made the row. restore: it gets back what it was. hand_over: it stays and becomes that of
# the task that brought the same. splice: others wrote over it, it stays, and what the task had is taken out
# from under them. leave: it stays as it is.
Action = Literal["nothing", "remove", "restore", "hand_over", "splice", "leave"]
Reason = Literal[
    "changed_by_import",
    "also_in_import",
    "changed_by_person",
    "still_used",
    "before_unknown",
    "refused",
    "period_closed",
]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a row stands to the task that is undone.

    ``mine``: the task has written it and that still shows, on top or below others. ``made``: below what the
    task wrote there is nothing. ``covered``: somebody wrote over it since. ``carried``: another task brought
    the very same; ``named``: and it is known which. ``used``: other rows stand on it. ``unknown``: the task
    wrote before before-images were kept. ``closed``: it is booked in the closed period.
    """

    mine: bool = True
    made: bool = True
    covered: bool = False
    carried: bool = False
    named: bool = False
    by_person: bool = False
    used: bool = False
    unknown: bool = False
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is done, and, of a conflict, why not what was asked. A forced conflict keeps its reason."""

    action: Action
    reason: Reason | None = None


def verdict(row: Standing, *, force: bool, override: bool = False) -> Verdict:
    """Rows that others changed or brought as well stay, unless forced; what others stand on stays always,
    and so does what is booked in the closed period, unless an administrator says why not (``override``)."""
    if not row.mine:
        return Verdict("nothing")
    if row.closed and not override:
        return Verdict("leave", "period_closed")
    wanted: Action = "remove" if row.made else "restore"
    if row.unknown and row.made:
        return Verdict("leave", "before_unknown")
    if row.used and row.made and (force or not (row.covered or row.carried)):
        return Verdict("leave", "still_used")
    if row.covered:
        # Who brought what the task had there, but is not known by name, would lose it by a splice.
        under: Action = "leave" if row.carried and not row.named else "splice"
        return Verdict(wanted if force else under, "changed_by_import")
    if row.carried:
        kept: Action = "hand_over" if row.named else "leave"
        return Verdict(wanted if force else kept, "also_in_import")
    if row.by_person:
        return Verdict(wanted if force else "leave", "changed_by_person")
    return Verdict(wanted)
