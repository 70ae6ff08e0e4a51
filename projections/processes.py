"""In which hours who is no person wrote events: what a search for a process goes by."""

from collections.abc import Iterable

from projections.record import Record, moment_text
from projections.rows import Row

# Actor, partition, and the hour as the beginning of a moment's text.
Hour = tuple[str, int, str]
_TO_THE_HOUR = len("2026-03-03T09")


def hours(trail: Iterable[Record]) -> set[Hour]:
    """Of some events, each hour once."""
    return {
        (record.actor, record.position.partition, moment_text(record.time)[:_TO_THE_HOUR])
        for record in trail
        if not record.actor.startswith("user:")
    }


def hour_rows(found: Iterable[Hour]) -> list[Row]:
    """The rows of ``process_hour``."""
    return [
        {"actor": actor, "partition": partition, "hour": f"{hour}:00:00Z"}
        for actor, partition, hour in sorted(found)
    ]
