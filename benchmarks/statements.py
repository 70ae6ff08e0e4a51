"""Generated statements on disk, no two alike, deleted when they were used."""

import contextlib
import itertools
from collections.abc import Iterator
from pathlib import Path

from jobs.formats.client_bank import generate

_seeds = itertools.count(1)


@contextlib.contextmanager
def statement(folder: Path, documents: int) -> Iterator[Path]:
    """A file of so many documents, some 900 bytes each, whose rows are in no other file of this run."""
    seed = next(_seeds)
    path = folder / f"statement-{documents}-{seed}.txt"
    try:
        with path.open("wb") as file:
            for chunk in generate(documents, seed=seed):
                file.write(chunk)
        yield path
    finally:
        path.unlink(missing_ok=True)


def tiny() -> bytes:
    """A statement of one document."""
    return b"".join(generate(1, seed=next(_seeds)))
