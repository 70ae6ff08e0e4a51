"""The API as it is run: ``python -m api.main`` in a process of its own."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx

from infra.settings import Settings

PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Served:
    """Where it answers; ``stop`` asks it to end, as a supervisor does."""

    port: int
    process: asyncio.subprocess.Process

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def socket_url(self, path: str) -> str:
        return f"ws://127.0.0.1:{self.port}{path}"

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)


@contextlib.asynccontextmanager
async def served(settings: Settings) -> AsyncIterator[Served]:
    port = _free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "api.main", env=os.environ | _environment(settings, port)
    )
    made = Served(port, process)
    try:
        await _answers(made)
        yield made
    finally:
        if process.returncode is None:
            made.stop()
        await asyncio.wait_for(process.wait(), PATIENCE)


def _environment(settings: Settings, port: int) -> dict[str, str]:
    return {
        "TIDEMARK_KAFKA": settings.kafka,
        "TIDEMARK_DATABASE_URL": settings.libpq_url,
        "TIDEMARK_NAMESPACE": settings.namespace,
        "TIDEMARK_OBJECT_STORE": settings.object_store,
        "TIDEMARK_SECRET": settings.signing_key(),
        "TIDEMARK_ONEC_URL": settings.onec_url or "",
        "TIDEMARK_PORT": str(port),
        "TIDEMARK_LOG_LEVEL": "WARNING",
    }


async def _answers(made: Served) -> None:
    until = time.monotonic() + PATIENCE
    async with httpx.AsyncClient() as client:
        while True:
            assert made.process.returncode is None, "the API ended"
            assert time.monotonic() < until, "the API does not answer"
            with contextlib.suppress(httpx.TransportError):
                if (await client.get(f"{made.url}/healthz")).status_code == 200:
                    return
            await asyncio.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
