"""What every part works with."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.client import Client
from benchmarks.database import Tables
from benchmarks.running import Running

# No import here may be slower than this; a part that is gives up.
SLOWEST_ROWS_PER_SECOND = 2_000.0


@dataclass(frozen=True, slots=True)
class Bench:
    """A running stack, a client of it, its database, and how much is asked of it."""

    running: Running
    client: Client
    tables: Tables
    folder: Path
    rows: int
    small_rows: int
    repeats: int
    seconds: float
    clients: int

    def say(self, text: str) -> None:
        """What is being done now."""
        print(f"  {text}", flush=True)


def patience(rows: int) -> float:
    """Seconds after which an import of so many rows counts as failed."""
    return 60.0 + rows / SLOWEST_ROWS_PER_SECOND


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that is not below ``share`` of all (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
