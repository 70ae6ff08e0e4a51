"""What became of the rows: a table that always adds up."""

from collections.abc import Mapping

from rich.table import Table

from cli.screen import Screen, cells, table
from events.records import VERDICTS
from infra.wording import number


def verdict_table(screen: Screen, counts: Mapping[str, int]) -> Table:
    """Every verdict in one order, zeros grey, and their sum."""
    made = table(screen.word("cli.verdict"), screen.word("cli.rows"), right=(1,))
    for name in VERDICTS:
        rows = counts.get(name, 0)
        style = "dim" if rows == 0 else "yellow" if name == "rejected" else ""
        made.add_row(*cells(screen.word(f"cli.verdict.{name}"), number(rows, screen.language)), style=style)
    made.add_section()
    total = sum(counts.get(name, 0) for name in VERDICTS)
    made.add_row(*cells(screen.word("cli.total"), number(total, screen.language)), style="bold")
    return made
