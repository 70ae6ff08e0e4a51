"""What can be asked of a task, by people, by workers' facts, or by the clock. Imperative, never stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from events.records import ErrorInfo
from events.tasks import Input, Scope


@dataclass(frozen=True, slots=True)
class Start:
    """Let the waiting attempt be read; the conductor has counted what runs and there is room."""

    worker: str = "conductor"


@dataclass(frozen=True, slots=True)
class RetryDue:
    """The time of a scheduled retry has come, by the clock given to ``decide``."""

    worker: str = "conductor"


@dataclass(frozen=True, slots=True)
class Settle:
    """See whether everything that was read has a verdict by now, and say so."""


@dataclass(frozen=True, slots=True)
class WorkFailed:
    """A worker gave up try ``tries`` of ``attempt``; ``batch_no`` when it was an importer."""

    attempt: int
    tries: int
    error: ErrorInfo
    batch_no: int | None = None


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop the task where it is (остановить)."""


@dataclass(frozen=True, slots=True)
class Replay:
    """Run a finished task again as attempt ``attempt`` (повторить, продолжить, загрузить исправленные).
    ``params``: what it is to do otherwise than was submitted."""

    attempt: int
    scope: Scope = "all"
    input: Input = "recorded"
    params: Mapping[str, Any] | None = None
    closed_period_override: str | None = None


@dataclass(frozen=True, slots=True)
class Undo:
    """Take back what the task has written (отменить загрузку); ``possible`` = its kind knows how."""

    force: bool = False
    possible: bool = True
    closed_period_override: str | None = None


@dataclass(frozen=True, slots=True)
class FinishUndo:
    """The rows were given back: so many removed, restored, left because they were changed since;
    ``touched_closed`` of them are booked in the closed period."""

    removed: int
    restored: int
    conflicts: int
    touched_closed: int | None = None


@dataclass(frozen=True, slots=True)
class Purge:
    """Remove the finished task from the lists (убрать из списков); its history stays."""


Command = Start | RetryDue | Settle | WorkFailed | Cancel | Replay | Undo | FinishUndo | Purge
