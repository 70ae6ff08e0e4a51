"""Ports on the loopback address: chosen once, kept as long as they are free."""

import fcntl
import os
import random
import socket
from collections.abc import Callable

import psutil

from stack.home import Home, user_cache

LOOPBACK = "127.0.0.1"
PREFERRED_API_PORT = 8000
# Below the range that outgoing connections take theirs from (32768 on Linux): a port that was free
# at the last stop is then free at the next start as well.
_RANGE = range(20_000, 30_000)
NAMES = ("api", "kafka", "kafka_controller", "postgres", "onec")


# Ports of this process: a server takes seconds to start, and another stack that starts meanwhile
# must not choose its port. The kernel forgets the locks when the process ends.
_reserved: dict[int, int] = {}


class PortTaken(Exception):
    """The port that somebody asked for belongs to another program."""


def is_free(port: int) -> bool:
    """Whether a server could listen there now; a port in TIME_WAIT counts as free."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True


def reserve(port: int) -> bool:
    """Keep other stacks of this user from choosing the port; False where one has it already."""
    if port in _reserved:
        return True
    folder = user_cache() / "ports"
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / str(port), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return False
    _reserved[port] = descriptor
    return True


def listens(pid: int, port: int) -> bool:
    """Whether this very process listens there; a port may have gone to another program meanwhile."""
    try:
        connections = psutil.Process(pid).net_connections("tcp")
    except psutil.Error:
        return False
    return any(each.status == psutil.CONN_LISTEN and each.laddr.port == port for each in connections)


def choose(taken: set[int]) -> int:
    """A free port that nobody in ``taken`` has."""
    while True:
        port = random.choice(_RANGE)
        if port not in taken and is_free(port):
            return port


def _mine(port: int) -> bool:
    return is_free(port) and reserve(port)


def _another(taken: set[int]) -> int:
    while not reserve(port := choose(taken)):
        continue
    return port


def ports_for(home: Home, asked_api: int | None, say: Callable[[str], None]) -> dict[str, int]:
    """A port for each server of this folder: the one it had, or another where that one is taken.

    ``asked_api`` is TIDEMARK_PORT: used or refused (PortTaken), never exchanged for another.
    """
    if asked_api is not None and not _mine(asked_api):
        raise PortTaken(f"port {asked_api} (TIDEMARK_PORT) is taken by another program")
    kept: dict[str, int] = home.read("ports.json")
    ports: dict[str, int] = {} if asked_api is None else {"api": asked_api}
    for name in NAMES:
        if name in ports:
            continue
        before = kept.get(name, PREFERRED_API_PORT if name == "api" else None)
        if before is not None and before not in ports.values() and _mine(before):
            ports[name] = before
            continue
        ports[name] = _another({*ports.values(), *kept.values()})
        if before is not None:
            say(f"port {before} is taken by another program; {name} uses {ports[name]}")
    if ports != kept:
        home.write("ports.json", ports)
    return ports
