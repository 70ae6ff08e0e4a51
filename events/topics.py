"""The topics, as data: who keeps what for how long, and which messages stay in order."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from events.audit import RootSigned
from events.base import Event
from events.records import Priority
from events.registry import AUDIT_EVENTS, ROW_EVENTS, TASK_EVENTS
from events.rows import BatchRecorded

# Never altered: a task's partition is part of its position, and positions are kept for ever.
PARTITIONS = 12
DAY_MS = 86_400_000

TASKS = "tasks"
REJECTS = "rejects"
AUDIT_ROOTS = "audit.roots"
BATCHES: Mapping[Priority, str] = MappingProxyType(
    {"high": "batches.high", "normal": "batches.normal", "low": "batches.low"}
)

KeyRule = Literal["task_id", "task_id/batch_no", "partition"]


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """A topic to be made: ``config`` in Kafka's own words, ``key`` says what shares a partition."""

    name: str
    partitions: int
    replication: int
    config: Mapping[str, str]
    key: KeyRule
    carries: tuple[str, ...]

    @property
    def holds_rows(self) -> bool:
        """Whether it has row data, which goes after a time."""
        return self.config.get("retention.ms") != "-1"


def topic_specs(prefix: str = "", replication: int = 1, retention_days: int = 30) -> tuple[TopicSpec, ...]:
    """All topics. ``tasks`` for ever; row data ``retention_days``, after which it cannot be replayed."""
    common = {"cleanup.policy": "delete", "min.insync.replicas": str(2 if replication >= 3 else 1)}
    rows = common | {"retention.ms": str(retention_days * DAY_MS)}
    tasks = common | {"retention.ms": "-1", "retention.bytes": "-1", "compression.type": "zstd"}
    if replication == 1:
        # One broker has no replica to lose the machine to: each message is on the disk before the
        # ack (p50 0.24 → 0.72 ms).
        tasks["flush.messages"] = "1"
    batch = (BatchRecorded.model_fields["type"].default,)
    rejects = tuple(name for name in ROW_EVENTS if name not in batch)
    # A batch's value is zstd already: the broker keeps what it gets. `zstd` would pack it twice.
    packed = rows | {"compression.type": "producer"}
    return (
        TopicSpec(prefix + TASKS, PARTITIONS, replication, tasks, "task_id", tuple(TASK_EVENTS)),
        *(
            TopicSpec(prefix + name, PARTITIONS, replication, packed, "task_id/batch_no", batch)
            for name in BATCHES.values()
        ),
        TopicSpec(
            prefix + REJECTS, PARTITIONS, replication, rows | {"compression.type": "zstd"}, "task_id", rejects
        ),
        TopicSpec(prefix + AUDIT_ROOTS, PARTITIONS, replication, tasks, "partition", tuple(AUDIT_EVENTS)),
    )


def topic_of(event: Event, priority: Priority = "normal", prefix: str = "") -> str:
    """Where an event is published; ``priority`` chooses among the three of batches."""
    if isinstance(event, BatchRecorded):
        return prefix + BATCHES[priority]
    if isinstance(event, RootSigned):
        return prefix + AUDIT_ROOTS
    return prefix + (TASKS if event.type in TASK_EVENTS else REJECTS)


def message_key(event: Event, task_id: str) -> bytes:
    """One task's events stay in order; its batches spread over all partitions on purpose."""
    if isinstance(event, BatchRecorded):
        return f"{task_id}/{event.batch_no}".encode()
    if isinstance(event, RootSigned):
        return str(event.partition).encode()
    return task_id.encode()
