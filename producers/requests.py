"""Requests to tasks under an idempotency key: the same key is the same event, however often it is sent."""

from uuid import UUID, uuid5


def keyed_event_id(request: str, task_id: str, actor: str, key: str) -> str:
    """The id of the event by which ``actor`` asks a task for something under ``key``."""
    return str(uuid5(UUID(task_id), f"{request}/{actor}/{key}"))
