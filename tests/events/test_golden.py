"""What was written once is read for ever, and what is written now is what others were promised."""

from pathlib import Path

import orjson
import pytest
from jsonschema import Draft202012Validator

from events.base import Event
from events.cloudevents import decode
from events.generate import contracts
from events.registry import EVENTS
from tests.events.golden import GOLDEN, files
from tests.events.samples import CLOSED, FULL, LATER, envelope

PATHS = sorted(GOLDEN.glob("*.json"))
# A retired version stays readable; its schema is gone.
CURRENT = [path for path in PATHS if path.stem.rsplit(".", 1)[0] in EVENTS]


def read(path: Path) -> tuple[bytes, list[tuple[str, bytes]]]:
    message = orjson.loads(path.read_bytes())
    return orjson.dumps(message["value"]), [(k, v.encode()) for k, v in message["headers"].items()]


def test_every_event_has_its_golden_files() -> None:
    assert {event.type for event in FULL} == set(EVENTS)
    assert set(files()) <= set(PATHS)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_every_event_that_was_ever_written_is_readable(path: Path) -> None:
    assert decode(*read(path)).event.type in EVENTS


@pytest.mark.parametrize(("path", "message"), files().items(), ids=lambda x: getattr(x, "stem", ""))
def test_events_are_written_as_before(path: Path, message: object) -> None:
    assert orjson.loads(path.read_bytes()) == message


@pytest.mark.parametrize("event", FULL, ids=lambda event: event.type)
def test_an_event_comes_back_as_it_went(event: object) -> None:
    sent = next(sample for sample in FULL if sample is event)
    assert decode(*read(GOLDEN / f"{sent.type}.full.json")) == envelope(sent)


@pytest.mark.parametrize("event", LATER, ids=lambda event: event.type)
def test_a_later_field_comes_back_as_it_went(event: Event) -> None:
    assert decode(*read(GOLDEN / f"{event.type}.later.json")) == envelope(event)


@pytest.mark.parametrize("event", CLOSED, ids=lambda event: event.type)
def test_what_concerns_a_closed_period_comes_back_as_it_went(event: Event) -> None:
    assert decode(*read(GOLDEN / f"{event.type}.closed.json")) == envelope(event)


@pytest.mark.parametrize("path", CURRENT, ids=lambda path: path.stem)
def test_golden_files_obey_the_published_schema(path: Path) -> None:
    name = path.stem.rsplit(".", 1)[0]
    schema = orjson.loads((GOLDEN.parents[2] / "events" / "schemas" / f"{name}.json").read_bytes())
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(orjson.loads(path.read_bytes())["value"])


@pytest.mark.parametrize(("path", "text"), contracts().items(), ids=lambda x: getattr(x, "stem", ""))
def test_published_contracts_are_those_of_the_code(path: Path, text: str) -> None:
    """Mend it by ``python -m events.generate``, and think who reads what you have changed."""
    assert path.read_text(encoding="utf-8") == text
