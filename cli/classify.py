"""``tidemark classify``: train the text model, or decide the categories of a period again."""

from datetime import datetime
from typing import Annotated

import typer

from cli.closed_period import ClosedPeriodReason
from cli.days import day_of
from cli.root import state_of
from cli.sync import Follow
from cli.watching import said

app = typer.Typer(no_args_is_help=True)

First = Annotated[datetime, typer.Option("--from", parser=day_of, metavar="DAY", help="First booking date.")]
Last = Annotated[
    datetime, typer.Option("--to", parser=day_of, metavar="DAY", help="Last booking date; both are included.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Change nothing, say what would change.")]
Threshold = Annotated[float, typer.Option(min=0.5, max=1.0, help="From how sure on the model decides.")]
KeepActive = Annotated[bool, typer.Option("--keep-active", help="Make a version, leave the active one.")]


@app.command()
def train(
    ctx: typer.Context,
    threshold: Threshold = 0.95,
    keep_active: KeepActive = False,
    follow_it: Follow = False,
) -> None:
    """Train the text model from the categories that persons have confirmed."""
    state = state_of(ctx)
    wanted = {"threshold": threshold, "activate": not keep_active}
    with state.api() as api:
        accepted = api.post("/classifier/train", json=wanted)
    said(state, accepted, watched=follow_it)


@app.command()
def reclassify(
    ctx: typer.Context,
    first: First,
    last: Last,
    dry_run: DryRun = False,
    follow_it: Follow = False,
    closed_period_reason: ClosedPeriodReason = None,
) -> None:
    """Decide the categories of a period again; what persons chose stays."""
    state = state_of(ctx)
    days = {"date_from": first.date().isoformat(), "date_to": last.date().isoformat()}
    days |= {"closed_period_reason": closed_period_reason} if closed_period_reason else {}
    with state.api() as api:
        accepted = api.post("/transactions/reclassify", json={**days, "dry_run": dry_run})
    said(state, accepted, watched=follow_it or dry_run)
