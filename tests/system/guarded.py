"""Processes that end with the test run, however that ends."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from stack.environment import ROOT

PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def started(
    command: Sequence[str],
    output: Path,
    environment: Mapping[str, str],
    last_signal: signal.Signals = signal.SIGKILL,
) -> subprocess.Popen[bytes]:
    """Start it, writing to the end of ``output``; it gets ``last_signal`` when the test run is gone."""
    parent = os.getpid()

    def die_with_the_tests() -> None:
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, int(last_signal))
            if os.getppid() != parent:
                os._exit(1)

    with output.open("ab") as file:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            cwd=ROOT,
            env=dict(environment),
            # Ctrl-C at the tests' terminal is theirs alone: they stop what they have started.
            start_new_session=True,
            preexec_fn=die_with_the_tests,
        )


def environment(**variables: str) -> dict[str, str]:
    """Ours without any TIDEMARK_* of the caller, and ``variables``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TIDEMARK_", "COV_"))}
    return kept | variables
