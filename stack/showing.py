"""What a demonstration prints: a bar while it runs, then the figures."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Column, Table

VERDICTS = ("created", "updated", "unchanged", "duplicate", "rejected", "retracted", "skipped")


class Bar:
    """Rows done of rows to do, the rate, and how long it will take."""

    def __init__(self, console: Console, rows: int) -> None:
        self._progress = Progress(
            TextColumn("  {task.description:<10}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]:>12}"),
            TimeRemainingColumn(),
            console=console,
            transient=not console.is_terminal,
        )
        self._task = self._progress.add_task("waiting", total=rows, rate="")

    def __enter__(self) -> "Bar":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, task: Mapping[str, Any]) -> None:
        """Move to where the task is."""
        progress = task["progress"]
        rate = progress["rows_per_second"]
        self._progress.update(
            self._task,
            description=task["status"],
            completed=progress["processed"],
            rate=f"{rate:,.0f} rows/s" if rate else "",
        )


def show_verdicts(console: Console, task: Mapping[str, Any], documents: int, seconds: float) -> None:
    """How many documents came in and what became of them."""
    counts = task["counts"]
    accounted = sum(counts.values())
    named = ", ".join(f"{counts[name]:,} {name}" for name in VERDICTS if counts[name])
    console.print(
        f"  {documents:,} documents in, {accounted:,} accounted for in {seconds:.1f} s: {named or 'nothing'}",
        soft_wrap=True,
    )


def show_totals(console: Console, totals: Sequence[Mapping[str, Any]]) -> None:
    """What the statement says of each account beside what its documents add up to."""
    headings = ("  Account", "", "Stated", "Found", "")
    table = Table(*(Column(heading, no_wrap=True) for heading in headings), box=None, padding=(0, 1))
    for account in totals:
        number = "  " + str(account.get("account") or account["account_ref"])
        table.add_row(number, "in", *_amounts(account, "in"), account["turnover"].replace("_", " "))
        table.add_row("", "out", *_amounts(account, "out"), "")
        closing = account["closing_stated"]
        table.add_row("", "closing", _money(closing), "", account["closing"].replace("_", " "))
    if totals:
        console.print(table)


def show_rejects(console: Console, rejects: Sequence[Mapping[str, Any]]) -> None:
    """The rows that were put aside, and why."""
    for row in rejects:
        console.print(f"  row {row['row_no']:,}: {row['message']}", markup=False)


def _amounts(account: Mapping[str, Any], side: str) -> tuple[str, str]:
    return _money(account[f"{side}_stated"]), _money(account[f"{side}_found"])


def _money(amount: str | None) -> str:
    return "" if amount is None else f"{Decimal(amount):,.2f}"
