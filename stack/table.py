"""The process table of one machine, as data: what runs, after what, and when it is ready."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import httpx

from stack.children import Child
from stack.environment import ROOT, python
from stack.ports import listens

SERVERS_READY = ("migrate", "topics")

# What a stack starts beside its servers, in order.
STEPS: tuple[Child, ...] = (
    Child("migrate", python("-m", "cli.main", "migrate"), after=("postgres",), once=True),
    Child("users", python("-m", "cli.main", "users", "ensure"), after=("migrate",), once=True),
    Child("topics", python("-m", "cli.main", "topics", "ensure"), after=("kafka",), once=True),
)
# Niceness: the API, the projections and the servers answer people; what decides comes after them, what
# works through rows last. 50 submissions a second are more than two cores finish, and none waits for a 202.
DECIDE, WORK = 10, 15
SIMULATOR = Child("onec", python("-m", "stack.onec.main"))
# Modules that touch TIDEMARK_ALIVE_FILE.
WATCHED = frozenset(
    {
        "processors.conductor.main",
        "processors.reader.main",
        "processors.importer.main",
        "projections.main",
    }
)
WORKERS: tuple[Child, ...] = (
    # Without waiting for Kafka: while the broker is down submissions are accepted and wait.
    Child("api", python("-m", "api.main"), after=("migrate", "users")),
    Child("conductor", python("-m", "processors.conductor.main"), after=SERVERS_READY, nice=DECIDE),
    Child("reader", python("-m", "processors.reader.main"), after=SERVERS_READY, nice=WORK),
    Child("importer-1", python("-m", "processors.importer.main"), after=SERVERS_READY, nice=WORK),
    Child("importer-2", python("-m", "processors.importer.main"), after=SERVERS_READY, nice=WORK),
    Child("projections", python("-m", "projections.main"), after=SERVERS_READY),
)


def own_children(
    environment: Mapping[str, str], passwords: Mapping[str, str], simulator: bool
) -> list[Child]:
    """Our own processes with their environment; each is a named worker, so that Kafka knows its
    successor at once when it is restarted."""
    api, port = environment["TIDEMARK_API_URL"], int(environment["TIDEMARK_PORT"])

    async def api_answers(pid: int) -> bool:
        return listens(pid, port) and await answers(f"{api}/healthz")

    def alive(child: Child) -> Path | None:
        watched = child.command[-1] in WATCHED
        return Path(environment["TIDEMARK_HOME"]) / "alive" / child.name if watched else None

    children = (*STEPS, *((SIMULATOR,) if simulator else ()), *WORKERS)
    extra: dict[str, Mapping[str, str]] = {"users": passwords}
    return [
        replace(
            child,
            environment={
                **environment,
                "TIDEMARK_WORKER": child.name,
                **({"TIDEMARK_ALIVE_FILE": str(file)} if (file := alive(child)) else {}),
                **extra.get(child.name, {}),
            },
            alive=file,
            folder=ROOT,
            ready=api_answers if child.name == "api" else child.ready,
        )
        for child in children
    ]


async def answers(url: str) -> bool:
    """Whether a GET succeeds."""
    try:
        async with httpx.AsyncClient(timeout=2.0, trust_env=False) as client:
            return (await client.get(url)).is_success
    except httpx.TransportError:
        return False
