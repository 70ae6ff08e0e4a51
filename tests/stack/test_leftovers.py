"""What a killed supervisor has left is found by pid and start time, and ended."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from stack.home import Home
from stack.leftovers import end_leftovers, remember, working_in
from tests.stack.running import alive, stack_command
from tests.waiting import until

DEAF = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); print(1, flush=True); signal.pause()"
HEARING = "import signal; print(1, flush=True); signal.pause()"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.make()
    return made


@contextlib.contextmanager
def sleeping(code: str, folder: Path) -> Iterator[int]:
    command = [sys.executable, "-c", code]
    with subprocess.Popen(
        command, cwd=folder, process_group=0, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        try:
            yield process.pid
        finally:
            process.kill()


def test_one_that_hears_is_asked_and_one_that_does_not_is_killed(home: Home) -> None:
    with sleeping(HEARING, home.path) as hearing, sleeping(DEAF, home.path) as deaf:
        remember(home, {"hearing": hearing, "deaf": deaf})
        assert sorted(end_leftovers(home, seconds=0.5)) == ["deaf", "hearing"]
        assert not alive(hearing)
        assert not alive(deaf)
    assert end_leftovers(home) == []


def test_a_number_used_again_is_somebody_else(home: Home) -> None:
    with sleeping(HEARING, home.path) as stranger:
        home.write("pids.json", {"reader": [stranger, 1.0], "gone": [2**22 + 1, 1.0]})
        assert end_leftovers(home) == []
        assert alive(stranger)


def test_down_ends_them_too(home: Home) -> None:
    with sleeping(HEARING, home.path) as left:
        remember(home, {"reader": left})
        assert stack_command(home.path, "down").stdout == "Stopped.\n"
        assert not alive(left)


def test_who_works_in_a_folder(home: Home) -> None:
    with sleeping(HEARING, home.path) as there:
        until(lambda: [process.pid for process in working_in(home.path)] == [there], "it is seen there")
        assert os.getpid() != there
