"""Ports are chosen once, kept while they are free, and never taken from another program."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from stack.environment import ROOT
from stack.home import Home
from stack.ports import LOOPBACK, NAMES, PortTaken, choose, is_free, listens, ports_for


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@contextmanager
def taken(port: int) -> Iterator[None]:
    with socket.create_server((LOOPBACK, port)):
        yield


def test_every_server_gets_its_own(home: Home) -> None:
    ports = ports_for(home, None, print)
    assert set(ports) == set(NAMES)
    assert len(set(ports.values())) == len(NAMES)


def test_a_restart_keeps_them(home: Home) -> None:
    assert ports_for(home, None, print) == ports_for(home, None, print)


def test_a_taken_one_is_exchanged_and_said_so(home: Home) -> None:
    said: list[str] = []
    before = ports_for(home, None, said.append)
    with taken(before["kafka"]):
        after = ports_for(home, None, said.append)
    assert after["kafka"] != before["kafka"]
    assert after["postgres"] == before["postgres"]
    assert f"port {before['kafka']} is taken" in said[-1]


def test_the_asked_one_is_used(home: Home) -> None:
    port = choose(set())
    assert ports_for(home, port, print)["api"] == port


def test_the_asked_one_is_never_exchanged(home: Home) -> None:
    port = choose(set())
    with taken(port), pytest.raises(PortTaken, match=rf"{port} \(TIDEMARK_PORT\)"):
        ports_for(home, port, print)


def test_a_stack_that_is_still_starting_keeps_its_ports(home: Home) -> None:
    ports = ports_for(home, None, print)
    code = "import sys; from stack.ports import reserve; sys.exit(reserve(int(sys.argv[1])))"
    other = [sys.executable, "-c", code, str(ports["kafka"])]
    assert subprocess.run(other, cwd=ROOT, check=False).returncode == 0


def test_only_the_process_that_listens_counts() -> None:
    port = choose(set())
    with taken(port):
        assert not is_free(port)
        assert listens(os.getpid(), port)
        assert not listens(os.getppid(), port)
    assert is_free(port)
    assert not listens(os.getpid(), port)
