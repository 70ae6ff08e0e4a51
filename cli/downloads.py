"""A file that is written here: whole, or not there at all; and never over one that is there, unasked."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated

import typer

from cli.failures import Failure

Force = Annotated[bool, typer.Option("--force", help="Write over a file that is there already.")]


def writable(path: Path | None, *, force: bool) -> Path | None:
    """The path, if it may be written to; Failure otherwise: somebody may have typed corrections into it."""
    if path is not None and path.is_dir():
        raise Failure("cli.file_is_folder", str(path))
    if path is not None and path.is_file() and not force:
        raise Failure("cli.file_exists", str(path))
    return path


@contextmanager
def opened(path: Path | None, stdout: IO[bytes]) -> Iterator[IO[bytes]]:
    """The file to write to, stdout without one. What is there already is replaced when the new one is
    whole."""
    try:
        if path is None:
            yield stdout
            stdout.flush()
        elif path.exists() and not path.is_file():
            # A device or a pipe is written to, never replaced.
            with path.open("wb") as file:
                yield file
        else:
            yield from _draft(path)
    except BrokenPipeError:
        raise
    except OSError as error:
        where = str(path or "stdout")
        raise Failure("cli.file_unwritable", where, reason=error.strerror or str(error)) from error


def _draft(path: Path) -> Iterator[IO[bytes]]:
    draft = path.with_name(f".{path.name}.part")
    try:
        with draft.open("wb") as file:
            yield file
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
