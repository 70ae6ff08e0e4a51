"""``tidemark sync``: a period of 1C, what has come since the last time, or its contractors."""

from datetime import datetime
from typing import Annotated, Any

import typer

from cli.closed_period import ClosedPeriodReason
from cli.days import day_of
from cli.root import state_of
from cli.watching import said

app = typer.Typer(no_args_is_help=True)

From = Annotated[
    datetime | None, typer.Option("--from", parser=day_of, metavar="DAY", help="First day, by 1C's calendar.")
]
To = Annotated[
    datetime | None, typer.Option("--to", parser=day_of, metavar="DAY", help="Last day; both are included.")
]
Follow = Annotated[bool, typer.Option("--follow", help="Show the progress and the result.")]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Write nothing; say of every row what would become of it.")
]
NoClassify = Annotated[bool, typer.Option("--no-classify", help="Assign no categories.")]


@app.command()
def transactions(
    ctx: typer.Context,
    first: From = None,
    last: To = None,
    follow_it: Follow = False,
    no_classify: NoClassify = False,
    dry_run: DryRun = False,
    closed_period_reason: ClosedPeriodReason = None,
) -> None:
    """Bank documents of a period; without one, from what the last sync saw until today."""
    wanted: dict[str, Any] = {"auto_classify": not no_classify, "dry_run": dry_run}
    wanted |= {"closed_period_reason": closed_period_reason} if closed_period_reason else {}
    wanted |= {name: day.date().isoformat() for name, day in _days(first, last).items()}
    _start(ctx, "/sync-1c/bank-transactions/sync-async", wanted, follow_it or dry_run)


@app.command()
def contractors(ctx: typer.Context, follow_it: Follow = False, dry_run: DryRun = False) -> None:
    """All contractors: new and changed ones, and those that 1C has deleted."""
    _start(ctx, "/sync-1c/contractors/sync-async", {"dry_run": dry_run}, follow_it or dry_run)


def _days(first: datetime | None, last: datetime | None) -> dict[str, datetime]:
    return {name: day for name, day in (("date_from", first), ("date_to", last)) if day is not None}


def _start(ctx: typer.Context, path: str, wanted: dict[str, Any], follow_it: bool) -> None:
    state = state_of(ctx)
    with state.api() as api:
        accepted = api.post(path, json=wanted)
    said(state, accepted, watched=follow_it)
