"""dlt with ``write_disposition="merge"``, in a process of its own: ``python -m … URL FILE ROWS COLUMNS``."""

import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.database import exported_rows
from benchmarks.report import BenchmarkFailed

DATASET = "bench_dlt"
TABLE = "transactions"
PAGE = 5_000


def merge(url: str, path: Path, columns: tuple[str, ...], rows: int, seconds: float) -> float:
    """Merge the first ``rows`` of an export by their key; seconds of ``pipeline.run`` alone."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        said = subprocess.run(
            [sys.executable, "-m", __name__, url, str(path.resolve()), str(rows), ",".join(columns), folder],
            stdout=subprocess.PIPE,
            text=True,
            check=False,
            timeout=seconds,
            env=os.environ | {"RUNTIME__DLTHUB_TELEMETRY": "false", "DLT_DATA_DIR": folder},
        )
    if said.returncode:
        raise BenchmarkFailed(f"dlt ended with {said.returncode}: {said.stdout[-1_000:]}")
    return float(json.loads(said.stdout.splitlines()[-1])["seconds"])


def main(url: str, path: str, rows: str, columns: str, folder: str) -> None:
    """CSV files and COPY, which its documentation names as the fast way into PostgreSQL."""
    # Named only here: everything else works without the dependency group `bench`.
    dlt: Any = importlib.import_module("dlt")
    destinations: Any = importlib.import_module("dlt.destinations")
    pipeline = dlt.pipeline(
        pipeline_name="bench",
        pipelines_dir=folder,
        destination=destinations.postgres(credentials=url),
        dataset_name=DATASET,
    )
    pages = dlt.resource(
        _pages(exported_rows(Path(path), tuple(columns.split(",")), int(rows))),
        name=TABLE,
        write_disposition="merge",
        primary_key="key",
        columns={
            "amount": {"data_type": "decimal", "precision": 18, "scale": 2},
            "data_version": {"data_type": "text"},
        },
    )
    began = time.perf_counter()
    pipeline.run(pages, loader_file_format="csv").raise_on_failed_jobs()
    print(json.dumps({"seconds": time.perf_counter() - began}))


def _pages(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while page := list(islice(rows, PAGE)):
        yield page


if __name__ == "__main__":
    main(*sys.argv[1:])
