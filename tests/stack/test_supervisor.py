"""A stack keeps its children, says what it does, and leaves nothing behind."""

import os
import signal
import time
from pathlib import Path

import pytest

from stack.delays import next_delay
from stack.stopping import STOP_SECONDS
from tests.stack.running import alive, stack_command, supervised
from tests.waiting import until


def test_children_start_in_order_and_stop_in_reverse(tmp_path: Path) -> None:
    with supervised(tmp_path / "home", "three") as running:
        pids = running.wait_until_up("ground", "middle", "top")
        assert running.interrupt() == 0
    said = running.said()
    assert said.index("ground: ready") < said.index("middle: ready") < said.index("top: ready")
    assert (tmp_path / "order.txt").read_text().split() == ["top", "middle", "ground"]
    assert not any(alive(pid) for pid in pids.values())
    assert not (tmp_path / "home" / "stack.json").exists()


def test_a_dead_child_is_started_again_and_said_so(tmp_path: Path) -> None:
    with supervised(tmp_path / "home", "three") as running:
        before = running.wait_until_up("ground", "middle", "top")
        os.kill(before["middle"], signal.SIGKILL)
        until(lambda: running.pids().get("middle", before["middle"]) != before["middle"], "another middle")
        after = running.pids()
        assert {name for name in before if before[name] != after.get(name)} == {"middle"}
        assert "middle was ended by SIGKILL; starts again in 0.5 s" in running.said()


def test_a_child_that_dies_again_and_again_is_waited_for_longer(tmp_path: Path) -> None:
    with supervised(tmp_path / "home", "crashing") as running:
        until(lambda: "starts again in 2 s" in running.said(), "the third delay")
        said = running.said()
        assert said.index("starts again in 0.5 s") < said.index("starts again in 1 s")
        assert "crasher ended with exit code 1" in said
        assert running.interrupt() == 0


def test_a_child_that_does_not_stop_is_killed_in_time(tmp_path: Path) -> None:
    with supervised(tmp_path / "home", "stubborn") as running:
        pids = running.wait_until_up("ground", "mule")
        began = time.monotonic()
        assert running.interrupt() == 0
        assert time.monotonic() - began < STOP_SECONDS
        assert not any(alive(pid) for pid in pids.values())
        assert "mule did not stop" in running.said()


def test_grandchildren_end_with_their_parent(tmp_path: Path) -> None:
    grandchild = tmp_path / "grandchild.txt"
    with supervised(tmp_path / "home", "parent") as running:
        before = running.wait_until_up("parent")
        first = int(until(lambda: grandchild.exists() and grandchild.read_text(), "a grandchild"))
        os.kill(before["parent"], signal.SIGKILL)
        until(lambda: not alive(first), "the end of the orphan")
        second = int(until(lambda: (t := grandchild.read_text()) != str(first) and t, "another grandchild"))
        assert running.interrupt() == 0
        assert not alive(second)


def test_a_step_that_fails_ends_the_start_with_its_last_words(tmp_path: Path) -> None:
    with supervised(tmp_path / "home", "failing") as running:
        assert running.process.wait(20) == 1
        assert "step ended with exit code 1" in running.said()
        assert "no luck today" in running.said()
        assert not running.stack()


def test_children_end_when_the_supervisor_is_killed_and_up_recovers(tmp_path: Path) -> None:
    with supervised(tmp_path / "home", "three") as running:
        pids = running.wait_until_up("ground", "middle", "top")
        running.process.kill()
        running.process.wait()
        until(lambda: not any(alive(pid) for pid in pids.values()), "the end of the orphans")
    assert stack_command(tmp_path / "home", "status").returncode == 3
    with supervised(tmp_path / "home", "three") as running:
        again = running.wait_until_up("ground", "middle", "top")
        assert not set(again.values()) & set(pids.values())
        assert running.interrupt() == 0


@pytest.mark.parametrize(
    ("before", "ready", "lived", "then"),
    [
        (None, False, 0.1, 0.5),
        (0.5, False, 0.1, 1.0),
        (16.0, True, 9.9, 30.0),
        (30.0, True, 5.0, 30.0),
        (30.0, True, 10.0, 0.5),
        (8.0, False, 60.0, 16.0),
    ],
)
def test_the_delay_doubles_until_the_child_is_healthy(
    before: float | None, ready: bool, lived: float, then: float
) -> None:
    assert next_delay(before, ready, lived) == then
