"""What every event has in common: a frozen record with its wire name written out."""

from typing import Any

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A value inside an event: frozen, closed, compared by its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Event(Record):
    """A fact that has happened. Each subclass fixes ``type``, its wire name with a version."""

    type: str

    def data(self) -> dict[str, Any]:
        """The CloudEvents data: every field but ``type``, which travels in the ``ce_type`` header."""
        return self.model_dump(mode="json", exclude={"type"})
