"""pgloader, as Debian ships it: reads the same file in COPY's format, several connections, batches."""

import shutil
import subprocess
import time
from pathlib import Path

from benchmarks.report import BenchmarkFailed

SECONDS = 900.0


def load(url: str, table: str, columns: tuple[str, ...], path: Path) -> float:
    """Load an export into ``table`` with pgloader's defaults; indexes stay, as they do for everybody."""
    names = ", ".join(columns)
    script = path.with_suffix(".load")
    script.write_text(
        f"LOAD COPY FROM '{path}' WITH ENCODING utf-8 ({names})\nINTO {url} TARGET TABLE {table} ({names});\n"
    )
    folder = path.with_suffix(".pgloader")
    program = shutil.which("pgloader")
    assert program is not None
    try:
        began = time.perf_counter()
        said = subprocess.run(
            [program, "--root-dir", str(folder), str(script)],
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        elapsed = time.perf_counter() - began
    finally:
        script.unlink()
        shutil.rmtree(folder, ignore_errors=True)
    if said.returncode:
        raise BenchmarkFailed(
            f"pgloader ended with {said.returncode}:\n{said.stdout[-1_000:]}{said.stderr[-500:]}"
        )
    return elapsed
