"""The stack as a whole is stopped, killed and started again in the middle of an import."""

import signal
import subprocess
import sys

import pytest

from stack.environment import ROOT
from stack.stopping import STOP_SECONDS
from tests.stack.running import alive
from tests.system.books import check_imported, wait_for_the_middle
from tests.system.client import Client
from tests.system.conftest import Making
from tests.system.guarded import environment
from tests.system.running import RunningStack
from tests.waiting import until

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

DOCUMENTS = 30_000


def command(stack: RunningStack, *arguments: str) -> subprocess.CompletedProcess[str]:
    """``make …`` of this stack's folder."""
    return subprocess.run(
        [sys.executable, "-m", "stack.main", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=ROOT,
        env=environment(TIDEMARK_HOME=str(stack.home), **stack.settings),
    )


def test_a_second_up_says_that_it_runs(stack: RunningStack) -> None:
    pids = stack.pids()
    second = command(stack, "up")
    assert second.returncode == 0
    assert f"Tidemark runs already, at {stack.known()['api']}" in second.stdout
    assert stack.pids() == pids


def test_kill_9_of_the_supervisor(stack: RunningStack, manager: Client, made: Making) -> None:
    """The kernel ends its children, PostgreSQL at once (SIGQUIT); the next ``up`` goes on."""
    file = made(DOCUMENTS)
    task_id = manager.started(file.path)
    with stack.database() as connection:
        wait_for_the_middle(connection, task_id)
    before = stack.pids()
    assert stack.process is not None
    stack.process.kill()
    stack.process.wait()
    until(lambda: not any(alive(pid) for pid in before.values()), "the end of the children", 30)
    stack.start()
    assert not set(before.values()) & set(stack.pids().values())
    check_imported(stack, manager, task_id, file)


def test_ctrl_c_in_the_middle_of_an_import(stack: RunningStack, manager: Client, made: Making) -> None:
    file = made(DOCUMENTS)
    task_id = manager.started(file.path)
    with stack.database() as connection:
        wait_for_the_middle(connection, task_id)
    seconds = stack.stop(signal.SIGINT)
    assert stack.process is not None
    assert stack.process.returncode == 0
    assert seconds < STOP_SECONDS
    assert stack.left_over() == []
    assert f"Stopped. The data stays in {stack.home}" in stack.said()
    assert not (stack.home / "stack.json").exists()
    stack.start()
    check_imported(stack, manager, task_id, file)


def test_down_stops_everything(stack: RunningStack) -> None:
    done = command(stack, "down")
    assert (done.returncode, done.stdout) == (0, "Stopped.\n")
    assert stack.process is not None
    assert stack.process.wait(10) == 0
    assert stack.left_over() == []
    assert command(stack, "down").stdout == "Nothing runs here.\n"
    assert command(stack, "status").returncode == 3
