"""Ids that come out the same however often a thing is done: a repeat carries the id of the first."""

from uuid import UUID, uuid5


def event_id(task_id: str, seq: int) -> str:
    """The id of the lifecycle event ``seq`` of a task."""
    return str(uuid5(UUID(task_id), f"seq/{seq}"))


def batch_event_id(task_id: str, attempt: int, batch_no: int) -> str:
    """The id of ``task.batch_imported.v1``, whoever imports the batch and however often."""
    return str(uuid5(UUID(task_id), f"attempt/{attempt}/batch/{batch_no}"))
