"""What is asked for, what it becomes, and the two answers that refuse it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from events.records import Priority
from events.tasks import TaskSubmitted


class KeyReused(Exception):
    """The idempotency key came before, with another body."""

    def __init__(self, task_id: str) -> None:
        super().__init__(task_id)
        self.task_id = task_id


class FileAlreadyImported(Exception):
    """The same bytes are in a task that neither failed nor was cancelled, of this ``kind`` or another."""

    def __init__(self, task_id: str, kind: str) -> None:
        super().__init__(task_id, kind)
        self.task_id = task_id
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Submission:
    """What is asked for. ``actor`` is a user's id. ``file_name``, ``closed_period_reason`` and ``texts``,
    what a person wrote beside the file, never enter the log: ``params`` have a hash of the texts."""

    kind: str
    actor: str
    params: Mapping[str, Any] = field(default_factory=dict)
    texts: Mapping[str, Any] = field(default_factory=dict)
    source: Mapping[str, Any] = field(default_factory=dict)
    priority: Priority = "normal"
    idempotency_key: str | None = None
    dry_run: bool = False
    file_hash: str | None = None
    file_name: str | None = None
    force: bool = False
    closed_period_reason: str | None = None

    def event(self, override: str | None = None) -> TaskSubmitted:
        """``override`` is the id under which the reason is kept."""
        return TaskSubmitted(
            kind=self.kind,
            params=dict(self.params),
            source=dict(self.source),
            priority=self.priority,
            idempotency_key=self.idempotency_key,
            dry_run=self.dry_run,
            closed_period_override=override,
        )

    def body_hash(self) -> bytes:
        """Equal for equal requests: what the idempotency key promises."""
        body = [self.kind, dict(self.params), dict(self.source), self.priority, self.dry_run, self.file_hash]
        if self.closed_period_reason is not None:
            body.append(self.closed_period_reason)
        return hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).digest()


@dataclass(frozen=True, slots=True)
class Accepted:
    """The task that a submission became, or had become before (``repeated``).

    ``published`` is False while Kafka is down: the task is safe and waits.
    """

    task_id: str
    repeated: bool
    published: bool
