"""What a process has taken so far, as the kernel counted it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# The workers whose memory must not grow with the rows.
WORKERS = ("api", "conductor", "reader", "importer-1", "importer-2", "projections")
MB = 1_000_000
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Taken:
    """``peak`` is the largest resident size in bytes since the process began (VmHWM)."""

    pid: int
    peak: int
    cpu_seconds: float


def taken(pids: Mapping[str, int]) -> dict[str, Taken]:
    """Every process by name. Of PostgreSQL it is the postmaster, which hands its work to others."""
    return {name: Taken(pid, _peak(pid), _cpu_seconds(pid)) for name, pid in pids.items()}


def growth(before: Mapping[str, Taken], after: Mapping[str, Taken], rows: int) -> dict[str, float]:
    """Bytes a row by which each worker's peak rose; one that was restarted between is not in it."""
    return {
        name: (after[name].peak - before[name].peak) / rows
        for name in WORKERS
        if name in before and name in after and before[name].pid == after[name].pid
    }


def _peak(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def _cpu_seconds(pid: int) -> float:
    # The name in parentheses may hold spaces; utime and stime are the 12th and 13th after it.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
