"""A file on its way to the API: streamed, with a bar; never whole in memory."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from cli.api import Api, Json
from cli.bars import Counted, bytes_bar
from cli.failures import Failure, Interrupted, Refused
from cli.screen import Screen

# The answer comes when the last byte is stored: a slow object store may take minutes for 2 GB.
TIMEOUT = httpx.Timeout(60.0, connect=5.0, read=600.0)


@dataclass(frozen=True, slots=True)
class Options:
    """How a file is taken: checked only, although it is loaded already, once under a key, into the closed
    period too."""

    dry_run: bool = False
    force: bool = False
    key: str | None = None
    closed_period_reason: str | None = None


def checked(path: Path) -> Path:
    """The path, if there is a file that can be read; Failure otherwise."""
    if not path.exists():
        raise Failure("cli.file_not_found", str(path))
    if path.is_dir():
        raise Failure("cli.file_is_folder", str(path))
    if not path.is_file():
        # A pipe is read once and has no size: a dry run would find nothing in it, an upload would not end.
        raise Failure("cli.file_is_pipe", str(path))
    try:
        path.open("rb").close()
    except OSError as error:
        raise Failure("cli.file_unreadable", str(path), reason=error.strerror or str(error)) from error
    return path


def upload(
    screen: Screen,
    api: Api,
    kind: str,
    path: Path,
    params: dict[str, Any],
    options: Options,
) -> Json:
    """Send the file; the answer names the task. Raises Refused with the file's name as the place."""
    form = {
        "params": json.dumps(params),
        "dry_run": json.dumps(options.dry_run),
        "force": json.dumps(options.force),
    }
    if options.closed_period_reason is not None:
        form["closed_period_reason"] = options.closed_period_reason
    # Signed in before the first byte is sent: a wrong password costs no upload.
    api.token()
    with path.open("rb") as file, bytes_bar(screen, path, "cli.uploading") as (progress, bar):
        try:
            return api.post(
                f"/imports/{kind}",
                files={"file": (path.name, Counted(file, progress, bar), "application/octet-stream")},
                data=form,
                headers={"Idempotency-Key": options.key} if options.key else {},
                timeout=TIMEOUT,
            )
        except Refused as refused:
            raise Refused(refused.status, refused.problem, str(path)) from refused
        except KeyboardInterrupt as stop:
            raise Interrupted("cli.upload_stopped", str(path)) from stop
