"""A stack of dummy children: ``python -m tests.stack.dummies HOME [SCENARIO]`` supervises it."""

import asyncio
import os
import sys
from pathlib import Path

from infra.settings import Settings
from stack.children import Child, Probe
from stack.environment import ROOT
from stack.home import Home
from stack.supervisor import StartFailed
from stack.up import Say, Stack, run_stack

# Says its name when it is asked to stop, so that a test sees the order; touches a file when it is ready.
POLITE = """
import pathlib, signal, sys
stopped = open(sys.argv[2], "a")
def leave(*_):
    stopped.write(sys.argv[1] + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
pathlib.Path(sys.argv[3]).touch()
while True:
    signal.pause()
"""
STUBBORN = """
import pathlib, signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(sys.argv[1]).touch()
while True:
    signal.pause()
"""
PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open(sys.argv[1], "w").write(str(child.pid))
child.wait()
"""
CRASHING = "import sys; sys.exit('no luck today')"


def scenario(name: str, home: Path) -> list[Child]:
    """A table by its name."""
    order = home.parent / "order.txt"

    def polite(child: str, *after: str) -> Child:
        mark = home.parent / f"{child}.ready"
        command = (sys.executable, "-c", POLITE, child, str(order), str(mark))
        return Child(child, command, after=after, environment=_environment(), ready=_exists(mark))

    def code(child: str, text: str, mark: Path | None = None, once: bool = False) -> Child:
        command = (sys.executable, "-c", text, str(mark))
        ready = _exists(mark) if mark else None
        return Child(child, command, once=once, environment=_environment(), ready=ready)

    tables: dict[str, list[Child]] = {
        "three": [polite("ground"), polite("middle", "ground"), polite("top", "middle", "elsewhere")],
        "stubborn": [polite("ground"), code("mule", STUBBORN, home.parent / "mule.ready")],
        "parent": [code("parent", PARENT, home.parent / "grandchild.txt")],
        "crashing": [polite("ground"), code("crasher", CRASHING)],
        "failing": [polite("ground"), code("step", CRASHING, once=True)],
    }
    return tables[name]


def _exists(path: Path) -> Probe:
    async def exists(pid: int) -> bool:
        return path.exists()

    return exists


def _environment() -> dict[str, str]:
    return {"PATH": os.environ["PATH"]}


async def supervise(home: Path, name: str) -> None:
    async def prepare(folder: Home, settings: Settings, say: Say) -> tuple[Stack, list[Child]]:
        stack = Stack(folder, "http://127.0.0.1:1", "127.0.0.1:2", "postgresql://3", "http://4", {})
        return stack, scenario(name, home)

    def say(text: str) -> None:
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    await run_stack(Settings(home=home), say, prepare=prepare)


if __name__ == "__main__":
    os.chdir(ROOT)
    try:
        asyncio.run(supervise(Path(sys.argv[1]), sys.argv[2]))
    except StartFailed as error:
        sys.exit(str(error))
