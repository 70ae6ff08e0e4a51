"""``tidemark audit``: take the history along as a file, and check such a file without any server."""

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated
from uuid import UUID

import orjson
import typer

from cli.downloads import Force, opened, writable
from cli.failures import PARTIAL, Failure
from cli.root import state_of
from cli.screen import Screen
from cli.watching import task_id_of
from domain.sealing import FORMAT
from domain.tampering import Tampered
from domain.verification import Verified, Verifier
from events.audit import RootSigned

# Not that something was done to it: it is none.
_NO_EXPORT = frozenset({"empty", "foreign"})
_KEY = re.compile(r"[0-9a-f]{64}")
app = typer.Typer(no_args_is_help=True)

Task = Annotated[
    UUID | None, typer.Argument(parser=task_id_of, metavar="[ID]", help="One task; all if left out.")
]
Out = Annotated[Path | None, typer.Option("--out", help="Where to; stdout if left out.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="To look at; only lines of JSON can be verified.")]
File = Annotated[Path, typer.Argument(help="What `tidemark audit export` wrote.")]
KeyOption = Annotated[
    str | None,
    typer.Option("--key", metavar="HEX|FILE", help="The public key: `tidemark audit key`."),
]
RootsFile = Annotated[
    Path | None,
    typer.Option("--roots", help="Signed roots that were kept: `tidemark audit roots`."),
]


@app.command()
def export(
    ctx: typer.Context, task_id: Task = None, out: Out = None, csv: AsCsv = False, force: Force = False
) -> None:
    """Write the history of one task, or of all, as lines of JSON that `verify` can check."""
    state, out = state_of(ctx), writable(out, force=force)
    path = f"/tasks/{task_id}/events/export" if task_id else "/events/export"
    params = {"format": "csv" if csv else "jsonl"}
    with state.api() as api, opened(out, sys.stdout.buffer) as file:
        api.download(path, params, file)
    if out is not None:
        state.screen.tell("cli.audit.written", file=str(out))


@app.command()
def verify(ctx: typer.Context, file: File, key: KeyOption = None, roots: RootsFile = None) -> None:
    """Check an exported file, offline; exit code 1 names the first event that is not as it was."""
    from infra.signing import signed_by

    screen = state_of(ctx).screen
    verifier = Verifier(signed_by, _key(key), _roots(roots))
    try:
        with file.open("rb") as lines:
            found = verifier.verify(lines)
    except OSError as error:
        raise _unreadable(file, error) from error
    except Tampered as tampered:
        if tampered.fault in _NO_EXPORT:
            raise Failure(f"cli.audit.{tampered.fault}", str(file)) from tampered
        _tell(screen, tampered)
        raise typer.Exit(PARTIAL) from tampered
    _report(screen, found, known=key is not None)


@app.command()
def key(ctx: typer.Context) -> None:
    """Show the public key that exports and roots are signed with. Keep a copy elsewhere."""
    state = state_of(ctx)
    with state.api() as api:
        state.screen.raw(str(api.get("/audit/key")["key"]))


@app.command()
def roots(ctx: typer.Context, out: Out = None, force: Force = False) -> None:
    """Write the signed roots as lines of JSON, to be kept elsewhere and given to `verify --roots`."""
    state, out = state_of(ctx), writable(out, force=force)
    with state.api() as api:
        lines = (_line(item) for item in api.items("/audit/roots"))
        if out is None:
            for line in lines:
                state.screen.raw(line.decode().rstrip("\n"))
            return
        with opened(out, sys.stdout.buffer) as file:
            file.writelines(lines)
    state.screen.tell("cli.audit.written", file=str(out))


def _line(item: Mapping[str, object]) -> bytes:
    return orjson.dumps({name: value for name, value in item.items() if name != "published"}) + b"\n"


def _key(said: str | None) -> str | None:
    if said is None:
        return None
    path = Path(said)
    try:
        found = (path.read_text(encoding="ascii") if path.is_file() else said).strip().lower()
    except OSError as error:
        raise _unreadable(path, error) from error
    except UnicodeDecodeError as error:
        raise Failure("cli.audit.no_key", said) from error
    if not _KEY.fullmatch(found):
        raise Failure("cli.audit.no_key", said)
    return found


def _roots(path: Path | None) -> Mapping[tuple[int, int], RootSigned]:
    if path is None:
        return {}
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise _unreadable(path, error) from error
    found = [_root(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not found:
        raise Failure("cli.audit.roots_empty", str(path))
    return {(signed.partition, signed.number): signed for signed in found}


def _root(path: Path, number: int, line: bytes) -> RootSigned:
    try:
        return RootSigned(**json.loads(line))
    except (ValueError, TypeError) as error:
        said = "roots_export" if FORMAT.encode() in line else "roots_foreign"
        raise Failure(f"cli.audit.{said}", str(path), line=number) from error


def _unreadable(path: Path, error: OSError) -> Failure:
    return Failure("cli.file_unreadable", str(path), reason=error.strerror or str(error))


def _tell(screen: Screen, tampered: Tampered) -> None:
    code = f"cli.audit.{tampered.fault}"
    where = tampered.event or screen.word("cli.audit.beginning")
    screen.say(code, "red", line=tampered.line, event=where)


def _report(screen: Screen, found: Verified, *, known: bool) -> None:
    screen.say("cli.audit.verified", events=found.events, tasks=found.tasks)
    if found.roots:
        screen.say("cli.audit.covered", roots=found.roots, covered=found.covered)
    screen.say("cli.audit.key_given" if known else "cli.audit.key_of_file", key=found.key)
    if not found.complete:
        screen.say("cli.audit.chosen")
