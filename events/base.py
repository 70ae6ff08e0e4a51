"""What every event has in common: a frozen record with its wire name written out."""

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A value inside an event: frozen, closed, compared by its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Event(Record):
    """A fact that has happened. Each subclass fixes ``type``, its wire name with a version."""

    type: str

    # Fields that this version got after it had been written: left out while they are None, so that events
    # without them stay byte for byte what they were.
    later: ClassVar[frozenset[str]] = frozenset()

    def data(self) -> dict[str, Any]:
        """The CloudEvents data: every field but ``type``, which travels in the ``ce_type`` header."""
        return self.model_dump(mode="json", exclude={"type"} | self.absent())

    def absent(self) -> frozenset[str]:
        """Those of ``later`` that this event does not have."""
        return frozenset(name for name in self.later if getattr(self, name) is None)
