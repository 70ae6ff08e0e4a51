"""What a person says instead of a rejected row, and the three answers that refuse it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


class CorrectionRefused(Exception):
    """Nothing was accepted; ``row_no`` is the first row that stands in the way."""

    def __init__(self, row_no: int) -> None:
        super().__init__(row_no)
        self.row_no = row_no


class RowBeingLoaded(CorrectionRefused):
    """A later attempt of the task is under way and may have read the row already."""


class RowLoadedSince(CorrectionRefused):
    """A later attempt has loaded the row, or rejected it for a reason its author has not seen."""


class CorrectedMeanwhile(CorrectionRefused):
    """Somebody else has corrected the row since its author looked at it."""


@dataclass(frozen=True, slots=True)
class Correction:
    """``raw`` is the whole row as it shall be. ``attempt`` and ``batch_no`` are of the rejection that its
    author has seen, ``expected`` is the number of the last correction that was (0 = none)."""

    row_no: int
    attempt: int
    batch_no: int
    raw: Mapping[str, Any]
    expected: int = 0


@dataclass(frozen=True, slots=True)
class Corrected:
    """A correction that was accepted as the row's ``number``-th."""

    event_id: str
    task_id: str
    row_no: int
    number: int
    attempt: int
    raw: Mapping[str, Any]
    row_hash: str
    corrected_by: str
    corrected_at: datetime
