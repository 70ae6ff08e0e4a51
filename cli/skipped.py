"""Why rows of a source were passed over: what they are, and how many of each."""

from collections.abc import Sequence

from cli.api import Json
from cli.screen import Screen

_OF_1C = frozenset({"contractors", "bank_transactions"})


def skipped(screen: Screen, task: Json, attempts: Sequence[Json]) -> None:
    """A line for each reason; nothing where nothing was skipped, or the kind has a name of its own for it."""
    said = reasons(task, attempts)
    if said:
        shown = (screen.word(f"cli.skipped.{name}", count=count) for name, count in said.items())
        screen.line(f"{screen.word('cli.verdict.skipped')}: {', '.join(shown)}")


def reasons(task: Json, attempts: Sequence[Json]) -> dict[str, int]:
    """What is in no batch was told from the rows by the reader; the rest by whoever wrote them."""
    whole = task["counts"].get("skipped", 0)
    by_reader = min(max((one.get("skipped", 0) for one in attempts), default=0), whole)
    if "file_name" in task["params"]:
        found = {"groups": by_reader, "others": whole - by_reader}
    elif task["kind"] in _OF_1C:
        found = {"folders": by_reader, "never_loaded": whole - by_reader}
    else:
        found = {}
    return {name: count for name, count in found.items() if count}
