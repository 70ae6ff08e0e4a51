"""What a process has taken so far, as the kernel counted it."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

# The workers whose memory must not grow with the rows.
WORKERS = ("api", "conductor", "reader", "importer-1", "importer-2", "projections")
MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Taken:
    """``peak`` is the largest resident size in bytes (VmHWM) since the process began or its peak was
    forgotten."""

    pid: int
    peak: int
    cpu_seconds: float


def taken(pids: Mapping[str, int]) -> dict[str, Taken]:
    """Every process by name; of PostgreSQL the peak is that of the postmaster alone."""
    return {name: Taken(pid, _peak(pid), _cpu_seconds(pid)) for name, pid in pids.items()}


def forget_peaks(pids: Mapping[str, int]) -> None:
    """Let every peak begin anew at what is resident now, so that an earlier one does not hide the next;
    where the kernel does not allow it the peaks stay those since the start."""
    for pid in pids.values():
        with contextlib.suppress(OSError):
            Path(f"/proc/{pid}/clear_refs").write_text("5")


def growth(before: Mapping[str, Taken], after: Mapping[str, Taken], rows: int) -> dict[str, float]:
    """Bytes a row by which each worker's peak rose; one that was restarted between is not in it."""
    return {
        name: (after[name].peak - before[name].peak) / rows
        for name in WORKERS
        if name in before and name in after and before[name].pid == after[name].pid
    }


def usage(before: Mapping[str, Taken], after: Mapping[str, Taken]) -> list[tuple[str, ...]]:
    """A table for people, its head first."""
    grown = growth(before, after, 1)
    lines: list[tuple[str, ...]] = [
        ("process", "peak before, MB", "peak after, MB", "growth, MB", "CPU between, s")
    ]
    for name, process in after.items():
        earlier = before.get(name)
        same = earlier is not None and earlier.pid == process.pid
        lines.append(
            (
                name,
                f"{earlier.peak / MB:,.1f}" if earlier else "",
                f"{process.peak / MB:,.1f}",
                f"{grown[name] / MB:,.1f}" if name in grown else "" if same else "restarted",
                f"{process.cpu_seconds - earlier.cpu_seconds:,.1f}" if earlier and same else "",
            )
        )
    return lines


def _peak(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def _cpu_seconds(pid: int) -> float:
    """With its children, those that have ended and those that live: PostgreSQL's work is theirs."""
    process = psutil.Process(pid)
    times = process.cpu_times()
    total = times.user + times.system + times.children_user + times.children_system
    for child in process.children():
        with contextlib.suppress(psutil.NoSuchProcess):
            own = child.cpu_times()
            total += own.user + own.system
    return total
