"""The golden files: how each version stands in the log. ``python -m tests.events.golden`` adds missing ones.

``<type>.full.json`` is what is written, ``<type>.minimal.json`` the least that must be readable for
ever, ``<type>.later.json`` and ``<type>.closed.json`` what is written since the version got further fields.
Files are only ever added: a changed one would be a changed past.
"""

from pathlib import Path
from typing import Any

import orjson

from events.base import Event
from events.cloudevents import encode
from tests.events.samples import CLOSED, FULL, LATER, envelope

GOLDEN = Path(__file__).parent / "golden"


def full(event: Event) -> dict[str, Any]:
    value, headers = encode(envelope(event))
    return {"headers": {name: text.decode() for name, text in headers}, "value": orjson.loads(value)}


def minimal(event: Event) -> dict[str, Any]:
    """Without the cause, and without any field that has a default."""
    message = full(event)
    del message["headers"]["ce_causationid"]
    needed = {name for name, field in type(event).model_fields.items() if field.is_required()}
    message["value"] = {name: value for name, value in message["value"].items() if name in needed}
    return message


def files() -> dict[Path, dict[str, Any]]:
    messages = {}
    for event in FULL:
        messages[GOLDEN / f"{event.type}.full.json"] = full(event)
        messages[GOLDEN / f"{event.type}.minimal.json"] = minimal(event)
    for event in LATER:
        messages[GOLDEN / f"{event.type}.later.json"] = full(event)
    for event in CLOSED:
        messages[GOLDEN / f"{event.type}.closed.json"] = full(event)
    return messages


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for path, message in files().items():
        if not path.exists():
            path.write_bytes(orjson.dumps(message, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
