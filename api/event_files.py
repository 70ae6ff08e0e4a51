"""An exported history as a file: sealed lines of JSON to be verified, or CSV to be looked at."""

import csv
import io
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from domain.sealing import FORMAT, Sealer
from infra.signing import Signer
from projections.record import moment_text

CSV = "text/csv; charset=utf-8"
JSON_LINES = "application/x-ndjson"
Lines = AsyncIterator[dict[str, Any]]

# A request for 64 KB of answer at a time, whatever a line's length.
_CHUNK = 65_536
_COLUMNS = (
    "partition",
    "offset",
    "number",
    "time",
    "type",
    "task_id",
    "kind",
    "actor",
    "correlation_id",
    "causation_id",
    "source",
    "id",
    "repeated",
    "value",
    "hash",
)
# What Excel and LibreOffice take for the beginning of a formula, after blanks that they leave out.
_FORMULA = ("=", "+", "-", "@", "|", "%", "\t", "\r", "\n", "＝", "＋", "－", "＠")


async def as_json_lines(lines: Lines, head: Mapping[str, Any], signer: Signer) -> AsyncIterator[bytes]:
    """Sealed and signed; ``tidemark audit verify`` reads it."""
    sealer, events, roots = Sealer(), 0, 0
    made = {"format": FORMAT, "key": signer.public, "at": moment_text(datetime.now(UTC)), **head}
    waiting = [sealer.line(made)]
    size = len(waiting[0])
    async for line in lines:
        roots, events = (roots + 1, events) if "root" in line else (roots, events + 1)
        waiting.append(sealer.line(line))
        size += len(waiting[-1])
        if size > _CHUNK:
            yield b"".join(waiting)
            waiting, size = [], 0
    waiting.append(sealer.last({"events": events, "roots": roots}, signer.sign))
    yield b"".join(waiting)


async def as_csv(lines: Lines) -> AsyncIterator[bytes]:
    """In UTF-8 with a byte order mark; roots are left out."""
    buffer = io.StringIO()
    out = csv.writer(buffer, lineterminator="\r\n")
    yield b"\xef\xbb\xbf"
    out.writerow(_COLUMNS)
    async for line in lines:
        if "root" in line:
            continue
        out.writerow([safe(line[name]) for name in _COLUMNS])
        if buffer.tell() > _CHUNK:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def safe(value: object) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe stands before what begins like one."""
    said = "" if value is None else str(value)
    return f"'{said}" if said.lstrip(" ").startswith(_FORMULA) else said


WRITERS: Mapping[str, Callable[..., AsyncIterator[bytes]]] = {"jsonl": as_json_lines, "csv": as_csv}
