"""The closed union of all events: wire name → class. A type that is not here cannot be read."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeGuard, get_args

from events.audit import RootSigned
from events.base import Event
from events.rows import RowEvent
from events.tasks import TaskEvent


def wire_name(kind: type[Event]) -> str:
    """The versioned name a class has in the log: ``task.submitted.v1``."""
    return str(kind.model_fields["type"].default)


def _members(union: object) -> Mapping[str, type[Event]]:
    members: tuple[type[Event], ...] = get_args(get_args(union)[0])
    return MappingProxyType({wire_name(member): member for member in members})


TASK_EVENTS = _members(TaskEvent)
ROW_EVENTS = _members(RowEvent)
AUDIT_EVENTS: Mapping[str, type[Event]] = MappingProxyType({wire_name(RootSigned): RootSigned})
EVENTS: Mapping[str, type[Event]] = MappingProxyType({**TASK_EVENTS, **ROW_EVENTS, **AUDIT_EVENTS})


def is_task_event(event: Event) -> TypeGuard[TaskEvent]:
    """Whether an event belongs on topic ``tasks``, and the type checker may know it."""
    return event.type in TASK_EVENTS
