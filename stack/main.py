"""The commands behind ``make up``, ``make down``, ``make reset`` and ``make demo``."""

import asyncio
import os
import signal
import time
from typing import Annotated

import psutil
import typer
from pydantic import ValidationError
from rich.console import Console

from infra.settings import Settings
from stack import demo as demonstration
from stack.home import AlreadyRunning, Home
from stack.kafka import KafkaTooOld
from stack.leftovers import end_leftovers
from stack.maven import DownloadFailed
from stack.ports import PortTaken
from stack.postgres import PostgresTooOld
from stack.stopping import STOP_SECONDS
from stack.supervisor import StartFailed
from stack.up import Guest, run_stack

EXPECTED = (DownloadFailed, KafkaTooOld, PortTaken, PostgresTooOld, StartFailed, ConnectionError)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Tidemark's stack on this machine.",
)
console = Console(highlight=False)


def say(text: str) -> None:
    """One line for the person at the console."""
    console.print(text, markup=False, soft_wrap=True)


@app.command()
def up() -> None:
    """Start everything and stay in the foreground until Ctrl-C."""
    _run(None)


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="Only the first import, then stop.")] = False,
) -> None:
    """Start everything if need be, and import generated bank statements before your eyes."""
    home = _home()
    if home.holder() is None:
        _run(lambda stack: demonstration.show(stack, once, console))
        return
    try:
        asyncio.run(demonstration.show_on_running(home, once, console))
    except demonstration.DoesNotAddUp as error:
        say(f"\n{error}")
        raise typer.Exit(1) from None


@app.command()
def down() -> None:
    """Stop what runs in this folder."""
    say("Stopped." if stop_running(_home()) else "Nothing runs here.")


@app.command()
def status() -> None:
    """Say what runs; exit code 3 if nothing does."""
    home = _home()
    if home.holder() is None:
        say("Nothing runs here.")
        raise typer.Exit(3)
    running = home.read(home.stack_file.name)
    say(f"Tidemark runs at {running.get('api')}")
    for name, pid in running.get("processes", {}).items():
        say(f"  {name:<12} {pid}")


@app.command()
def reset(
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Stop, then delete this folder's data: every task, every event, every imported row."""
    home = _home()
    if not home.path.exists():
        say(f"There is nothing at {home.path}.")
        return
    if not yes and not typer.confirm(f"Delete everything in {home.path}, the event log included?"):
        say("Nothing was deleted.")
        return
    stop_running(home)
    with home.held():
        home.delete()
    home.delete()
    say(f"Deleted {home.path}. Servers given by TIDEMARK_KAFKA or TIDEMARK_DATABASE_URL were not touched.")


def stop_running(home: Home) -> bool:
    """Ask the supervisor to stop and wait until it has; False where nothing ran."""
    pid = home.holder()
    if pid is None:
        return bool(end_leftovers(home))
    os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + STOP_SECONDS + 5
    while home.holder() == pid:
        if time.monotonic() > until:
            psutil.Process(pid).kill()
            end_leftovers(home)
            break
        time.sleep(0.05)
    return True


def _run(guest: Guest | None) -> None:
    try:
        asyncio.run(run_stack(_settings(), say, guest))
    except AlreadyRunning:
        running = _home().read("stack.json")
        say(f"Tidemark runs already, at {running.get('api', 'an address it is still choosing')}.")
    except demonstration.DoesNotAddUp as error:
        say(f"\n{error}")
        raise typer.Exit(1) from None
    except EXPECTED as error:
        say(f"\nTidemark did not start: {error}")
        raise typer.Exit(1) from None


def _settings() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        for problem in error.errors():
            say(f"TIDEMARK_{'_'.join(map(str, problem['loc'])).upper()}: {problem['msg']}")
        raise typer.Exit(2) from None


def _home() -> Home:
    return Home(_settings().home.resolve())


if __name__ == "__main__":
    app()
