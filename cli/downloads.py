"""A file that comes from the API: whole, or not there at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def opened(path: Path | None, stdout: IO[bytes]) -> Iterator[IO[bytes]]:
    """The file to write to. One that is there already is replaced when the new one is whole."""
    if path is None:
        yield stdout
        stdout.flush()
        return
    draft = path.with_name(f".{path.name}.part")
    try:
        with draft.open("wb") as file:
            yield file
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
