"""What an undo would do, or has done, in words."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from api.undo_models import Becomes, UndoConflict, UndoDates, UndoPreview
from domain.undo import Reason
from infra.wording import Language, word
from jobs.undoing import Decided, Foreseen
from projections.queries.paging import Page

_BECOMES: Mapping[str, Becomes] = {
    "remove": "removed",
    "restore": "restored",
    "hand_over": "becomes_other",
    "splice": "stays",
    "leave": "stays",
}
_LEFT = frozenset({"hand_over", "splice", "leave"})
_CHANGED = frozenset({"remove", "restore"})


def preview(
    task_id: UUID,
    force: bool,
    reason: str | None,
    groups: Sequence[Foreseen],
    page: Page,
    language: Language,
) -> UndoPreview:
    """The groups added up, and a page of the conflicts."""
    rows = Counter[str]()
    by_reason = Counter[Reason]()
    for group in groups:
        rows["conflicts" if group.action in _LEFT else group.action] += group.rows
        if group.reason is not None:
            by_reason[group.reason] += group.rows
    counted = {"removed": rows["remove"], "restored": rows["restore"], "conflicts": rows["conflicts"]}
    message = word("undo.preview", counted, language)
    if reason is not None:
        message = word("undo_refused", {"reason": word(reason, {}, language)}, language)
    return UndoPreview(
        task_id=task_id,
        force=force,
        possible=reason is None,
        reason=reason,
        message=message,
        **counted,
        touched_closed=sum(group.rows for group in groups if group.closed and group.action in _CHANGED),
        by_reason=dict(by_reason),
        dates=_dates(groups),
        items=[_foreseen(one, language) for one in page.items],
        next_cursor=page.next_cursor,
    )


def conflict(row: Mapping[str, Any], language: Language) -> UndoConflict:
    """A row of ``undo_conflict``."""
    reason = cast(Reason, row["reason"])
    return UndoConflict(
        row=row["row_no"],
        shown=row["shown"],
        reason=reason,
        message=word(f"undo.{reason}", {}, language),
        other_task=row["other_task"],
        becomes=_BECOMES[row["action"]],
    )


def _foreseen(one: Decided, language: Language) -> UndoConflict:
    row = {"row_no": one.row.row_no, "shown": one.row.shown, "reason": one.reason}
    return conflict(row | {"other_task": one.row.other_task, "action": one.action}, language)


def _dates(groups: Sequence[Foreseen]) -> UndoDates | None:
    """Of rows that would change; those that stay as they are touch no day."""
    touched = [group for group in groups if group.action in _CHANGED and group.first and group.last]
    if not touched:
        return None
    return UndoDates(
        first=min(group.first for group in touched if group.first),
        last=max(group.last for group in touched if group.last),
    )
