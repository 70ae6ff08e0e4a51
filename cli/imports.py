"""``tidemark import``: load a file, or say what loading it would do."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli.bars import bytes_bar
from cli.closed_period import ClosedPeriodReason
from cli.commands import ImportCommand
from cli.failures import CLEAN, PARTIAL, REFUSED, Failure
from cli.guessing import STATEMENT, kind_of
from cli.params import check_statement, given, reading
from cli.reconciliation import verdict
from cli.root import state_of
from cli.screen import Screen
from cli.trial import Trial, examine
from cli.trial_report import report as trial_report
from cli.uploads import Options, checked, upload
from cli.watching import said
from domain.errors import TidemarkError

_LOCAL_KIND = STATEMENT
# Of a command that loads what another one has checked.
_NOT_AGAIN = frozenset({"file", "kind", "follow_it", "dry_run", "server", "idempotency_key"})


class ControlTotals(StrEnum):
    """What a statement that does not add up leads to."""

    report = "report"
    must_match = "must_match"


File = Annotated[Path, typer.Argument(help="The file, for example kl_to_1c.txt.", show_default=False)]
Kind = Annotated[
    str | None,
    typer.Option(help="What the file holds: bank-transactions (needs no --kind), contractors, stock …"),
]
Param = Annotated[
    list[str] | None, typer.Option("--param", help="NAME=VALUE of this kind, e.g. warehouse=Основной.")
]
Mapped = Annotated[
    list[str] | None,
    typer.Option(
        "--mapping",
        metavar="FIELD=COLUMN",
        help="Of a table: column letters, or header text; again for more.",
    ),
]
Template = Annotated[
    str | None,
    typer.Option("--template", metavar="NAME", help="A mapping that was saved (tidemark mapping)."),
]
Sheet = Annotated[str | None, typer.Option("--sheet", metavar="NAME", help="Of a workbook.")]
HeaderRow = Annotated[
    int | None, typer.Option("--header-row", min=0, help="Row of a table's header; 0 where it has none.")
]
Follow = Annotated[bool, typer.Option("--follow", help="Show the progress and the result.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Load nothing: say what is in it. Needs no server.")]
Server = Annotated[bool, typer.Option("--server", help="With --dry-run: let the server check it.")]
Totals = Annotated[ControlTotals, typer.Option(help="must_match: load nothing if it does not add up.")]
Force = Annotated[bool, typer.Option("--force", help="Load a file that is loaded already.")]
BatchSize = Annotated[int | None, typer.Option(min=10, max=10_000, help="Rows in a batch.")]
NoClassify = Annotated[bool, typer.Option("--no-classify", help="Assign no categories.")]
Key = Annotated[str | None, typer.Option(help="The same key starts the same task once.")]


def import_file(
    ctx: typer.Context,
    file: File,
    kind: Kind = None,
    follow_it: Follow = False,
    dry_run: DryRun = False,
    server: Server = False,
    control_totals: Totals = ControlTotals.report,
    force: Force = False,
    batch_size: BatchSize = None,
    no_classify: NoClassify = False,
    idempotency_key: Key = None,
    closed_period_reason: ClosedPeriodReason = None,
    param: Param = None,
    mapped: Mapped = None,
    template: Template = None,
    sheet: Sheet = None,
    header_row: HeaderRow = None,
) -> None:
    """Load a file. With --follow or --dry-run the exit code is 0 only if everything added up."""
    state, path = state_of(ctx), checked(file)
    kind = kind_of(path) if kind is None else kind.replace("_", "-")
    command = ImportCommand(str(file), kind, _typed(ctx))
    params = given(param or []) | reading(mapped or [], template, sheet, header_row)
    if dry_run and not server:
        if params and kind == _LOCAL_KIND:
            check_statement(params, str(path), state.screen.language)
        raise typer.Exit(_try_here(state.screen, path, command, control_totals))
    if kind == _LOCAL_KIND:
        params = {"control_totals": control_totals.value, "auto_classify": not no_classify} | params
    if batch_size is not None:
        params["batch_size"] = batch_size
    options = Options(dry_run, force, idempotency_key, closed_period_reason)
    with state.api() as api:
        accepted = upload(state.screen, api, kind, path, params, options)
    said(state, accepted, watched=follow_it or dry_run, command=command)


def _typed(ctx: typer.Context) -> tuple[str, ...]:
    """What was said of the file and of how it is loaded, as it was typed: not that it is only checked, nor
    a key, which the check has used."""
    found: list[str] = []
    for option in ctx.command.params:
        value, default = ctx.params.get(option.name or ""), option.get_default(ctx)
        if option.name in _NOT_AGAIN or value in (None, default, []):
            continue
        if value is True:
            found.append(option.opts[-1])
            continue
        for one in value if isinstance(value, list | tuple) else [value]:
            found += [option.opts[-1], str(getattr(one, "value", one))]
    address = state_of(ctx).api_option
    return (*found, *(("--api", address) if address else ()))


def _try_here(screen: Screen, path: Path, command: ImportCommand, control_totals: ControlTotals) -> int:
    """The dry run of this machine; its exit code is what the import's would be."""
    if command.kind != _LOCAL_KIND:
        raise Failure(
            "cli.kind_needs_server", kind=command.kind, command=command.line("--dry-run", "--server")
        )
    try:
        with bytes_bar(screen, path, "cli.examining", passes=2) as (progress, bar):
            trial = examine(path, lambda size: progress.advance(bar, size))
    except TidemarkError as error:
        raise Failure(error.code, str(path), **error.arguments) from error
    except OSError as error:
        raise Failure("cli.file_unreadable", str(path), reason=error.strerror or str(error)) from error
    trial_report(screen, path, trial)
    code = _verdict(screen, trial, control_totals)
    if trial.rows > trial.rejected and code != REFUSED:
        screen.say("cli.trial.next", command=command.line("--follow"))
    return code


def _verdict(screen: Screen, trial: Trial, control_totals: ControlTotals) -> int:
    screen.line()
    if trial.doubtful and control_totals is ControlTotals.must_match:
        screen.say("cli.trial.refused", style="red")
        return REFUSED
    if not trial.rows:
        screen.say("cli.trial.empty", style="yellow")
        return CLEAN
    if trial.rejected == trial.rows:
        screen.say("cli.trial.none", style="yellow")
        return PARTIAL
    clean = not trial.rejected and not trial.doubtful
    proven = "clean" if verdict(trial.totals) == "adds_up" else "not_stated"
    screen.say(f"cli.trial.{proven if clean else 'partial'}", style="green" if clean else "yellow")
    return CLEAN if clean else PARTIAL
