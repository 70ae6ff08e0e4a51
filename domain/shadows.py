"""A shadow: what a task has recorded, run once more into nothing. What it says of a row, and until when.

Pure. A shadow is a dry run and a task of its own; the task whose input it takes is the original.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Literal

from pydantic import Field

from domain.commands import Replay
from domain.refusals import replay_refusal
from domain.states import Known, State, Undone
from events.base import Record
from events.tasks import Input

# What would become of a row that is not as it was; a row may be in two: accepted now, and created by that.
Change = Literal["created", "updated", "classified", "retracted", "accepted", "refused"]
_CLASSIFYING = frozenset({"category", "classified_by", "confidence"})


class Told(Record):
    """How many rows would change: in all, by what becomes of them, and by field."""

    rows: int = 0
    changes: dict[str, int] = Field(default_factory=dict)
    fields: dict[str, int] = Field(default_factory=dict)


def changes(verdict: str, fields: Collection[str], *, was_rejected: bool) -> tuple[Change, ...]:
    """What would change with a row. ``fields`` of it would differ; ``was_rejected`` = it is not loaded now.
    A row that is there and gets another category, or gets it otherwise, is ``classified`` otherwise."""
    found: list[Change] = []
    if verdict == "created":
        found.append("created")
    elif verdict == "retracted":
        found.append("retracted")
    elif verdict == "updated":
        found.append("updated")
        if _CLASSIFYING.intersection(fields):
            found.append("classified")
    if was_rejected != (verdict == "rejected"):
        found.append("accepted" if was_rejected else "refused")
    return tuple(found)


def told(rows: Iterable[tuple[Collection[Change], Collection[str]]]) -> Told:
    """Rows, each with its changes and the fields that differ, counted; fields of a new row are none."""
    changing = 0
    by_change: Counter[str] = Counter()
    by_field: Counter[str] = Counter()
    for found, fields in rows:
        changing += bool(found)
        by_change.update(found)
        if "created" not in found:
            by_field.update(list(fields))
    return Told(rows=changing, changes=dict(by_change), fields=dict(by_field))


def shadow_refusal(state: State, source: Input) -> str | None:
    """Why there is nothing to be a shadow of: what cannot run again, or has no recording of all its rows. A
    source that is read anew needs none."""
    attempt = state.work.attempt + 1 if isinstance(state, Known) else 1
    if (reason := replay_refusal(state, Replay(attempt, "all", source))) is not None:
        return reason
    if not isinstance(state, Known):
        return None
    if state.about.dry_run:
        return "dry_run"
    return "unfinished_first" if source == "recorded" and state.work.found is None else None


def staleness(state: State, attempt: int, *, undone: bool) -> str | None:
    """Why verdicts that were made when the original's last attempt was ``attempt``, and it was ``undone`` or
    not, no longer hold; None while they do, as far as the original alone is asked."""
    if not isinstance(state, Known):
        return "purged"
    if state.work.attempt != attempt:
        return "replayed_since"
    return None if isinstance(state, Undone) == undone else "undone_since"
