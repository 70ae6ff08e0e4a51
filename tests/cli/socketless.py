"""An API that has no WebSocket and falls silent when told to: what a real one does behind some proxies,
and while it restarts."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

TASK = "01900000-0000-7000-8000-000000000001"

Json = dict[str, Any]


class Socketless:
    """Answers with the states it was given, the last one for ever. ``away`` answers 503; ``expired``
    tokens are refused once."""

    def __init__(self, *states: Json) -> None:
        self.states = list(states)
        self.asked = 0
        self.signed_in = 0
        self.away = 0
        self.expired = 0
        self.app = FastAPI()
        self.app.post("/api/v1/auth/token")(self._token)
        self.app.get("/api/v1/tasks/{task_id}")(self._task)

    async def _token(self) -> Json:
        self.signed_in += 1
        return {"access_token": f"t{self.signed_in}", "token_type": "bearer", "expires_in": 60}

    async def _task(self, task_id: str, request: Request) -> JSONResponse:
        if self.away:
            self.away -= 1
            return JSONResponse({"detail": "away"}, 503)
        if self.expired:
            self.expired -= 1
            return JSONResponse({"code": "token_expired", "detail": "expired"}, 401)
        if request.headers.get("authorization") != f"Bearer t{self.signed_in}" or task_id != TASK:
            return JSONResponse({"code": "task_unknown", "detail": "no such task"}, 404)
        self.asked += 1
        return JSONResponse(self.states.pop(0) if len(self.states) > 1 else self.states[0])


@contextmanager
def served(double: Socketless) -> Iterator[str]:
    """On a free port of the loopback address."""
    server = uvicorn.Server(uvicorn.Config(double.app, "127.0.0.1", 0, log_level="critical", ws="none"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.005)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


def state(status: str, processed: int, outcome: str | None = None) -> Json:
    """A task as far as following looks at it."""
    return {"id": TASK, "status": status, "outcome": outcome, "progress": {"processed": processed}}
