"""``make bench``: starts a stack, measures part by part, writes the figures down, deletes the stack."""

import shlex
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Annotated

import httpx
import psycopg
import typer

from benchmarks.bench import Bench
from benchmarks.client import Client
from benchmarks.database import Tables
from benchmarks.machine import described
from benchmarks.parts import (
    auditing,
    cancelling,
    files,
    large,
    learning,
    pricing,
    rebuilding,
    redriving,
    scale,
    small,
    sockets,
    submissions,
    tables,
    undoing,
)
from benchmarks.report import BenchmarkFailed, Figure, Outcome, results
from benchmarks.running import running_stack

FOLDER = Path(__file__).resolve().parent
DATA = FOLDER / ".data"

# Small and quick ones first: what the large ones leave behind is then in nobody's way.
PARTS: Mapping[str, Callable[[Bench], Outcome]] = {
    "learning": learning.measure,
    "small": small.measure,
    "latency": submissions.measure,
    "sockets": sockets.measure,
    "import": large.measure,
    "cancel": cancelling.measure,
    "redrive": redriving.measure,
    "pricing": pricing.measure,
    "files": files.measure,
    "tables": tables.measure,
    "audit": auditing.measure,
    "undo": undoing.measure,
    "rebuild": rebuilding.measure,
    "scale": scale.measure,
}
# What may go wrong with one part; a mistake in the benchmark itself ends it.
FAILURES = (BenchmarkFailed, httpx.HTTPError, psycopg.Error, subprocess.SubprocessError, ExceptionGroup)


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def command(
    rows: Annotated[int, typer.Option(min=1_000, envvar="BENCH_ROWS", help="Of the large one.")] = 1_000_000,
    small_rows: Annotated[int, typer.Option(min=100, help="Documents of the small one.")] = 5_000,
    only: Annotated[str, typer.Option(help=f"Parts, with commas: {', '.join(PARTS)}.")] = "",
    seconds: Annotated[float, typer.Option(min=1, help="How long submissions come in.")] = 20.0,
    clients: Annotated[int, typer.Option(min=1, help="How many WebSocket clients watch.")] = 200,
    repeats: Annotated[int, typer.Option(min=1, max=9, help="How often a large import is cancelled.")] = 3,
    out: Annotated[Path, typer.Option(help="Where the figures go.")] = FOLDER / "results.md",
) -> None:
    """Measure everything that was asked for, on a stack of its own; exit code 1 if a part could not be."""
    wanted = [name.strip() for name in only.split(",") if name.strip()] or list(PARTS)
    if unknown := set(wanted) - set(PARTS):
        raise typer.BadParameter(f"there is no part {', '.join(sorted(unknown))}", param_hint="--only")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with (
        running_stack(DATA) as running,
        closing(Client(running)) as client,
        closing(Tables(running.database_url)) as tables,
    ):
        bench = Bench(running, client, tables, DATA, rows, small_rows, repeats, seconds, clients)
        machine = described(running.database_url)
        outcomes: list[Outcome] = []
        for name in (part for part in PARTS if part in wanted):
            outcomes.append(_measured(name, bench))
            out.write_text(results(_command(), machine, outcomes))
    print(f"\nWritten to {out}")
    if any(outcome.failed for outcome in outcomes):
        raise typer.Exit(1)


def _measured(name: str, bench: Bench) -> Outcome:
    """A part's outcome. One that fails says so among the figures and leaves the others theirs."""
    print(f"{name}:", flush=True)
    began = time.perf_counter()
    try:
        outcome = PARTS[name](bench)
    except FAILURES as error:
        traceback.print_exc()
        outcome = Outcome([Figure(name, f"failed: {_reason(error)}", met=False)], failed=True)
    for figure in outcome.figures:
        print(f"  {figure}")
    print(f"  took {time.perf_counter() - began:.0f} s", flush=True)
    return outcome


def _reason(error: BaseException) -> str:
    """One line; of a group of errors the first."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"


def _command() -> str:
    return shlex.join(["python", "-m", "benchmarks", *sys.argv[1:]])
