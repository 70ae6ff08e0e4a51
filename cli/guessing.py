"""Which kinds take a file, where nobody has said what it is."""

from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from cli.commands import line
from cli.failures import Failure
from domain.errors import TidemarkError, UnsupportedFormat
from jobs.base import Upload

STATEMENT = "bank-transactions"
_HEAD = 65_536
_TABLES = frozenset((".csv", ".tsv", ".xlsx", ".xlsm", ".mxl"))
_COMMERCEML = ("КоммерческаяИнформация".encode(), "КоммерческаяИнформация".encode("cp1251"))


def kind_of(path: Path) -> str:
    """What is loaded without ``--kind``: a statement. Raises Failure (``cli.kind_missing``) for a table or
    CommerceML, with the kinds that know its header, the likeliest first; ``cli.kind_unclear`` where none
    does."""
    with path.open("rb") as file:
        found = _kinds(file, path)
    if found is None:
        return STATEMENT
    raise Failure(
        "cli.kind_missing",
        str(path),
        command=line("import", str(path), "--kind", found[0], "--follow"),
        kinds=", ".join(found),
    )


def _kinds(file: BinaryIO, path: Path) -> list[str] | None:
    # Not with every command: the kinds bring a database's driver along.
    from api.kinds import uploads

    tables = {url: upload for url, (_, upload) in uploads().items() if upload.layout is not None}
    head = file.read(_HEAD)
    if any(name in head for name in _COMMERCEML):
        return ["contractors", "stock"]
    known = _by_header(file, tables)
    if known is None:
        return None
    if not known and path.suffix.lower() not in _TABLES:
        # Any text is a table of one column to who looks for tables.
        return None
    if not known:
        raise Failure(
            "cli.kind_unclear",
            str(path),
            command=line("import", str(path), "--kind", "KIND", "--follow"),
            kinds=", ".join(sorted(tables)),
        )
    return known


def _by_header(file: BinaryIO, tables: Mapping[str, Upload]) -> list[str] | None:
    """Those that find their columns in it, the most columns first; None where it is no table at all."""
    from jobs.formats.tables.books import opened
    from jobs.formats.tables.finding import find
    from jobs.formats.tables.mapping import Wishes

    found: dict[str, int] = {}
    for url, upload in tables.items():
        assert upload.layout is not None
        try:
            file.seek(0)
            read, _ = find(opened(file), upload.layout, Wishes())
            found[url] = len(read.columns)
        except UnsupportedFormat:
            return None
        except TidemarkError:
            continue
    return sorted(found, key=lambda url: -found[url])
