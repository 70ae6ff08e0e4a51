"""psql's ``\\copy``: no log, no checks, one transaction; the fastest there is."""

import subprocess
import time
from pathlib import Path

from stack.postgres import BINARIES

SECONDS = 900.0


def copy(url: str, table: str, columns: tuple[str, ...], path: Path) -> float:
    """Load an export into ``table``."""
    command = f"\\copy {table} ({', '.join(columns)}) from '{path}'"
    began = time.perf_counter()
    subprocess.run(
        [
            str(BINARIES / "psql"),
            "--no-psqlrc",
            "--quiet",
            "--set=ON_ERROR_STOP=1",
            url,
            "--command",
            command,
        ],
        check=True,
        timeout=SECONDS,
    )
    return time.perf_counter() - began
