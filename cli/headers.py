"""A file whose header nobody knew: what stands in it, what is looked for, and how to say which is which."""

from collections.abc import Mapping
from typing import Any

from cli.commands import ImportCommand
from cli.screen import Screen, cells, table
from jobs.formats.tables.mapping import letters

# What fits beside each other; the API has 30 rows of 40 cells.
_CELLS, _WIDE = 12, 30


def unknown_header(screen: Screen, found: Mapping[str, Any]) -> None:
    """The first rows under the letters of their columns, and which fields are looked for by which names."""
    rows = found["first_rows"]
    width = min(max((len(row["cells"]) for row in rows), default=0), _CELLS)
    if width:
        screen.line()
        screen.say("cli.mapping.first_rows", style="bold")
        made = table(screen.word("cli.row"), *map(letters, range(width)), right=(0,))
        for row in rows:
            shown = [cell if len(cell) <= _WIDE else f"{cell[:_WIDE]}…" for cell in row["cells"][:width]]
            made.add_row(*cells(row["row"], *shown))
        screen.show(made)
    screen.line()
    made = table(*(screen.word(f"cli.mapping.{name}") for name in ("field", "needed", "names")))
    for one in sorted(found["wanted"], key=lambda one: not one["required"]):
        needed = screen.word("cli.mapping.yes") if one["required"] else ""
        made.add_row(*cells(one["field"], needed, ", ".join(one["names"][:4])))
    screen.show(made)


def likely_row(found: Mapping[str, Any]) -> int:
    """The row that a header most likely is: the upper one of those that fill most columns."""
    rows = found["first_rows"]
    return int(max(rows, key=lambda row: sum(map(bool, row["cells"])))["row"]) if rows else 1


def teaching(found: Mapping[str, Any], command: ImportCommand) -> str:
    """The command in which only the columns are left to be said: of the fields that are needed."""
    needed = [one["field"] for one in found["wanted"] if one["required"]]
    said = {pair.partition("=")[0] for pair in command.options if "=" in pair}
    left = [name for name in needed if name not in said] or needed
    options = [part for name in left for part in ("--mapping", f"{name}=COLUMN")]
    return command.with_row(likely_row(found)).line(*options, "--follow")
