"""A task's changes as they happen: by WebSocket, and by asking every 0.5 s where that is not to be had."""

import json
import time
from collections.abc import Iterator
from typing import Any

from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from cli.api import PREFIX, Api, Json
from cli.failures import Unreachable

ENDED = frozenset({"completed", "failed", "cancelled"})
POLL_SECONDS = 0.5
# An API that restarts is waited for: the task does not need it to go on.
PATIENCE_SECONDS = 60.0
_SILENCE_SECONDS = 30.0


def changes(api: Api, task_id: str, pause: float = POLL_SECONDS) -> Iterator[Json]:
    """The whole task at every change, the last one ended. Raises Refused, or Unreachable after 60 s."""
    answered = time.monotonic()
    while True:
        try:
            task = api.get(f"/tasks/{task_id}")
        except Unreachable:
            if time.monotonic() - answered > PATIENCE_SECONDS:
                raise
            time.sleep(pause)
            continue
        answered = time.monotonic()
        yield task
        if task["status"] in ENDED:
            return
        for task in pushed(api, task_id):
            answered = time.monotonic()
            yield task
            if task["status"] in ENDED:
                return
        time.sleep(pause)


def pushed(api: Api, task_id: str) -> Iterator[Json]:
    """What the socket says until it closes; ends quietly, because asking is always possible."""
    address = "ws" + api.url.removeprefix("http") + f"{PREFIX}/ws/tasks/{task_id}"
    try:
        with connect(
            address,
            additional_headers={"Accept-Language": api.language},
            open_timeout=5,
            close_timeout=1,
            proxy=None if api.local else True,
        ) as socket:
            socket.send(json.dumps({"type": "auth", "token": api.token(), "from": None}))
            while True:
                message = json.loads(socket.recv(timeout=_SILENCE_SECONDS))
                if (task := task_in(message)) is not None:
                    yield task
    except (WebSocketException, OSError, ValueError, TimeoutError):
        return


def task_in(message: Any) -> Json | None:
    """The task that a message carries; pings carry none."""
    task = message.get("task") if isinstance(message, dict) else None
    return task if isinstance(task, dict) else None
