"""``tidemark projections``: what is read, made from the log."""

import asyncio
from typing import Annotated

import typer

from cli.failures import PARTIAL, Unreachable
from cli.root import state_of

app = typer.Typer(no_args_is_help=True)

Switch = Annotated[bool, typer.Option("--switch", help="Put the rebuilt tables in place of the live ones.")]


@app.callback()
def projections() -> None:
    """A group with one command is still a group: `projections rebuild`."""


@app.command()
def rebuild(ctx: typer.Context, switch: Switch = False) -> None:
    """Build the read models anew from the log's first event, beside the live ones, and compare."""
    from infra.kafka import LogUnavailable
    from projections.rebuild import lines
    from projections.rebuild import rebuild as built

    state = state_of(ctx)
    settings = state.installation.settings()
    state.screen.tell("cli.projections.rebuilding")
    try:
        report = asyncio.run(built(settings, switch=switch))
    except LogUnavailable as error:
        raise Unreachable("cli.kafka_unreachable", settings.kafka, reason=str(error)) from error
    for line in lines(report):
        state.screen.line(line)
    if report.differences and not report.switched:
        raise typer.Exit(PARTIAL)
