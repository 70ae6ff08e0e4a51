"""How tasks stood at any time: intervals of their status, and by how much the counters moved when."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from projections.position import Position
from projections.rows import Row
from projections.view import View

GRAINS = ("day", "minute")


@dataclass(slots=True)
class History:
    """``closing`` are the first states of a set of tasks that were there before, ``states`` all of it."""

    states: list[Row] = field(default_factory=list)
    closing: list[Row] = field(default_factory=list)
    moved: Counter[tuple[str, datetime, int, str]] = field(default_factory=Counter)
    open: dict[str, Row] = field(default_factory=dict)

    def count_changes(self) -> list[Row]:
        """The rows of ``task_count_change``."""
        return [
            {"grain": grain, "bucket": bucket, "partition": partition, "status": status, "n": n}
            for (grain, bucket, partition, status), n in self.moved.items()
            if n
        ]


def note(history: History, position: Position, at: datetime, before: View | None, after: View | None) -> None:
    """Add what one event changed, where it changed how the task stands."""
    if before is not None and after is not None and _same_standing(before, after):
        return
    known = after or before
    assert known is not None
    row: Row = {
        "task_id": known.id,
        "offset": position.offset,
        "partition": position.partition,
        "at": at,
        "until": None,
        "status": after.status if after else None,
        "before": before.status if before else None,
        "outcome": after.outcome if after else None,
        "failure": after.failure if after else None,
        "retry": after.retry.at if after and after.retry else None,
        "kind": known.kind,
        "submitted_by": known.submitted_by,
        "created_at": known.created_at,
    }
    earlier = history.open.get(known.id)
    if earlier is not None:
        earlier["until"] = at
    elif before is not None:
        history.closing.append(row)
    history.open[known.id] = row
    history.states.append(row)
    _move(history, at, position.partition, before, after)


def bucket(at: datetime, grain: str) -> datetime:
    """Where the day or the minute of a time begins, in UTC."""
    whole = at.replace(second=0, microsecond=0)
    return whole if grain == "minute" else whole.replace(hour=0, minute=0)


def _move(history: History, at: datetime, partition: int, before: View | None, after: View | None) -> None:
    if before is not None and after is not None and before.status == after.status:
        return
    for grain in GRAINS:
        begin = bucket(at, grain)
        for view, by in ((before, -1), (after, 1)):
            if view is not None:
                history.moved[grain, begin, partition, view.status] += by


def _same_standing(before: View, after: View) -> bool:
    return (
        before.status == after.status
        and before.outcome == after.outcome
        and before.retry == after.retry
        and (before.error is after.error or before.failure == after.failure)
    )
