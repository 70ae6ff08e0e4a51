"""``tidemark closed-period``: up to which day bookings are closed (дата запрета изменения)."""

from datetime import date, datetime
from typing import Annotated

import typer

from cli import figures
from cli.api import Json
from cli.days import day_of
from cli.root import State, state_of
from cli.screen import cells, table
from cli.tasks import Limit

app = typer.Typer(invoke_without_command=True)

ClosedPeriodReason = Annotated[
    str | None,
    typer.Option(
        "--closed-period-reason",
        metavar="WHY",
        help="An administrator's: touch what is booked in the closed period all the same.",
    ),
]
Reason = Annotated[str, typer.Option("--reason", metavar="WHY", help="Kept with the change.")]
Until = Annotated[datetime, typer.Argument(parser=day_of, metavar="DAY", help="The last closed day.")]


@app.callback()
def default(ctx: typer.Context) -> None:
    if ctx.invoked_subcommand is None:
        show(ctx)


@app.command()
def show(ctx: typer.Context, limit: Limit = 10) -> None:
    """What is closed now, and every day that was set before."""
    state = state_of(ctx)
    with state.api() as api:
        now = api.get("/closed-period")
        before = api.get("/closed-period/history", {"limit": min(limit, 500)})["items"]
    _now(state, now)
    if before:
        _history(state, before)


@app.command("set")
def set_until(ctx: typer.Context, until: Until, reason: Reason) -> None:
    """Close everything that is booked up to a day. For administrators (TIDEMARK_USER=admin)."""
    _change(state_of(ctx), until.date(), reason)


@app.command()
def clear(ctx: typer.Context, reason: Reason) -> None:
    """Open everything again. For administrators (TIDEMARK_USER=admin)."""
    _change(state_of(ctx), None, reason)


def _change(state: State, until: date | None, reason: str) -> None:
    wanted = {"closed_until": until.isoformat() if until else None, "reason": reason}
    with state.api() as api:
        _now(state, api.put("/closed-period", json=wanted))


def _now(state: State, now: Json) -> None:
    screen = state.screen
    if now["closed_until"] is None:
        screen.say("cli.closed_period.open")
        return
    until = figures.day(date.fromisoformat(now["closed_until"]), screen.language)
    screen.say("cli.closed_period.closed", until=until)


def _history(state: State, items: list[Json]) -> None:
    screen = state.screen
    headers = ("cli.closed_period.when", "cli.who", "cli.closed_period.until", "cli.reason")
    made = table(*(screen.word(name) for name in headers))
    for one in items:
        until = one["closed_until"]
        made.add_row(
            *cells(
                figures.moment(one["set_at"], screen.language),
                one["set_by"],
                figures.day(date.fromisoformat(until), screen.language) if until else "—",
                one["reason"],
            )
        )
    screen.show(made)
