"""Old facts become today's once, at the door."""

from typing import Any

import pytest

from events.cloudevents import UnreadableEvent, decode, encode
from events.registry import EVENTS
from events.tasks import TaskProgressed
from events.upcasting import UPCASTERS, Upcasters, upcast
from tests.events.samples import envelope


def named(data: dict[str, Any]) -> dict[str, Any]:
    """v-1 called the message a phase."""
    renamed = dict(data)
    renamed["message"] = renamed.pop("phase")
    return renamed


def counted(data: dict[str, Any]) -> dict[str, Any]:
    """v0 had no attempts: there was only ever one."""
    return data | {"attempt": 1}


HISTORY: Upcasters = {
    "task.progressed.v-1": ("task.progressed.v0", named),
    "task.progressed.v0": ("task.progressed.v1", counted),
}


def written_as(name: str) -> list[tuple[str, bytes]]:
    _, headers = encode(envelope(TaskProgressed(attempt=1, processed=1, message="survey")))
    return [(key, name.encode() if key == "ce_type" else value) for key, value in headers]


def test_a_fact_of_two_versions_ago_is_todays_fact() -> None:
    value = b'{"processed": 500, "phase": "survey"}'
    read = decode(value, written_as("task.progressed.v-1"), upcasters=HISTORY)
    assert read.event == TaskProgressed(attempt=1, processed=500, message="survey")


def test_steps_are_taken_from_the_version_that_was_written() -> None:
    value = b'{"processed": 500, "message": "survey"}'
    read = decode(value, written_as("task.progressed.v0"), upcasters=HISTORY)
    assert read.event == TaskProgressed(attempt=1, processed=500, message="survey")


def test_todays_fact_is_left_alone() -> None:
    data = {"attempt": 1}
    assert upcast("task.progressed.v1", data, HISTORY) == ("task.progressed.v1", data)


def test_a_version_nobody_upcasts_is_refused() -> None:
    with pytest.raises(UnreadableEvent, match=r"unknown_type: task\.progressed\.v0"):
        decode(b"{}", written_as("task.progressed.v0"))


def test_old_data_that_an_upcaster_cannot_read_is_refused_by_name() -> None:
    with pytest.raises(UnreadableEvent, match=r"bad_data: task\.progressed\.v-1"):
        decode(b"{}", written_as("task.progressed.v-1"), upcasters=HISTORY)


def test_a_circle_is_noticed() -> None:
    circle: Upcasters = {"a.v1": ("b.v1", dict), "b.v1": ("a.v1", dict)}
    with pytest.raises(ValueError, match="circle"):
        upcast("a.v1", {}, circle)


def test_every_retired_name_leads_to_a_current_one() -> None:
    for name, (successor, _) in UPCASTERS.items():
        assert name not in EVENTS
        assert successor in EVENTS or successor in UPCASTERS
