"""``tidemark onec``: can 1C be read, and where in 1C to mend it if not."""

import asyncio
from typing import Annotated

import typer

from cli.failures import REFUSED, UNREACHABLE, Failure
from cli.root import state_of
from cli.screen import Screen
from infra.settings import Settings
from jobs.sources.onec.check import Check
from jobs.sources.onec.check import check as look
from jobs.sources.onec.settings import OneCSettings

app = typer.Typer(no_args_is_help=True)

_AWAY = frozenset({"onec_unreachable", "onec_timeout", "onec_connection_lost", "onec_gateway"})

Url = Annotated[str | None, typer.Option(help="Up to /odata/standard.odata; else TIDEMARK_ONEC_URL.")]


@app.command()
def check(ctx: typer.Context, url: Url = None) -> None:
    """Look at address, login, rights, entity sets, first document, time zone. Changes nothing in 1C."""
    state = state_of(ctx)
    found = asyncio.run(look(_onec(state.installation.settings(), url)))
    for item in found:
        _show(state.screen, item)
    failed = [item for item in found if not item.ok]
    if failed:
        away = any(item.code in _AWAY for item in failed)
        raise typer.Exit(UNREACHABLE if away else REFUSED)
    state.screen.say("cli.onec.good", style="green")


def _onec(settings: Settings, url: str | None) -> OneCSettings:
    address = url or settings.onec_url
    if not address:
        raise Failure("onec_not_configured")
    return OneCSettings(
        base_url=address,
        user=settings.onec_user,
        password=settings.onec_password.get_secret_value(),
        timezone=settings.onec_timezone,
        read_timeout=settings.onec_timeout,
    )


def _show(screen: Screen, item: Check) -> None:
    step = screen.word(f"cli.onec.{item.step}")
    sign, style = ("✓", "green") if item.ok else ("✗", "red")
    screen.line(f"{sign} {step}: {screen.word(item.code, **item.args)}", style=style)
    if item.detail:
        screen.line(f"    1С: {item.detail}")
    if item.mend:
        screen.line(f"    → {screen.word(item.mend, **item.args)}")
