"""WebSockets of the served API: every change, none twice, none missed, and how they end."""

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from api.tokens import Tokens
from infra.clock import utc_now
from infra.users import User
from projections.position import parse_vector
from tests.api.installation import Installation
from tests.api.serving import Served, served
from tests.projections.story import batch, source_read

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

NOWHERE = "/ws/tasks/01990000-0000-7000-8000-0000000000ff"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def api_served(api: Installation) -> AsyncIterator[Served]:
    async with served(api.settings) as made:
        yield made


async def _opened(
    made: Served, path: str, token: object, since: object = None, header: str = "en", **more: object
) -> ClientConnection:
    socket = await connect(made.socket_url(path), additional_headers={"Accept-Language": header}, proxy=None)
    await socket.send(json.dumps({"type": "auth", "token": token, "from": since} | more))
    return socket


async def _next(socket: ClientConnection) -> dict[str, Any]:
    """The next message that is no ping."""
    while True:
        message: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), 20))
        if message["type"] != "ping":
            return message


async def _until(socket: ClientConnection, status: str) -> list[dict[str, Any]]:
    """The messages up to the one in which the task has this status."""
    messages = [await _next(socket)]
    while messages[-1].get("task", {}).get("status") != status:
        messages.append(await _next(socket))
    return messages


async def _closed_with(socket: ClientConnection) -> int:
    try:
        while True:
            await asyncio.wait_for(socket.recv(), 20)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 1006


async def test_a_task_is_followed_from_waiting_to_done(api: Installation, api_served: Served) -> None:
    task_id = await api.submitted()
    async with await _opened(api_served, f"/ws/tasks/{task_id}", api.tokens["user"]) as socket:
        snapshot = await _next(socket)
        assert snapshot["type"] == "snapshot"
        assert snapshot["task"]["id"] == task_id
        await api.until(task_id, status="running")
        await api.live.publish(batch(1, 100), batch(2, 50), source_read(150, 2), task_id=task_id)
        messages = await _until(socket, "completed")
        assert {message["type"] for message in messages} == {"task"}
        assert messages[-1]["task"] == await api.get(f"/tasks/{task_id}")
        positions = [parse_vector(message["position"]) for message in [snapshot, *messages]]
        for earlier, later in itertools.pairwise(positions):
            assert all(later[partition] >= offset for partition, offset in earlier.items())
            assert later != earlier


async def test_all_tasks_are_followed_and_one_that_is_removed(api: Installation, api_served: Served) -> None:
    async with await _opened(api_served, "/api/v1/ws/tasks", api.tokens["user"]) as socket:
        assert len((await _next(socket))["items"]) <= 50
        task_id = await api.submitted()
        while (message := await _next(socket))["task"]["id"] != task_id:
            pass
        await api.post(f"/tasks/{task_id}/cancel")
        await _until(socket, "cancelled")
        await api.post("/tasks/cleanup", role="admin", json={"older_than_days": 0})
        while (message := await _next(socket))["type"] != "removed" or message["id"] != task_id:
            pass


async def test_who_was_away_is_told_what_changed_since(api: Installation, api_served: Served) -> None:
    first, second = await api.submitted(), await api.submitted()
    for task_id in (first, second):
        await api.until(task_id, status="running")
    async with await _opened(api_served, "/ws/tasks", api.tokens["user"]) as socket:
        position = (await _next(socket))["position"]
    await api.post(f"/tasks/{first}/cancel")
    async with await _opened(api_served, "/ws/tasks", api.tokens["user"], position) as socket:
        assert [item["id"] for item in (await _next(socket))["items"]] == [first]


async def test_a_ping_is_answered(api: Installation, api_served: Served) -> None:
    async with await _opened(api_served, "/ws/tasks", api.tokens["user"]) as socket:
        await _next(socket)
        await socket.send(json.dumps({"type": "ping"}))
        while (await _next(socket))["type"] != "pong":
            pass


async def test_words_are_in_the_readers_language(api: Installation, api_served: Served) -> None:
    task_id = await api.submitted()
    await api.post(f"/tasks/{task_id}/cancel")
    path = f"/ws/tasks/{task_id}"
    async with await _opened(api_served, path, api.tokens["user"], header="ru") as socket:
        assert "Остановлена" in (await _next(socket))["task"]["progress"]["message"]
    # What the page was switched to, whatever the browser sends.
    async with await _opened(api_served, path, api.tokens["user"], None, "ru", language="en") as socket:
        assert "Stopped" in (await _next(socket))["task"]["progress"]["message"]


async def test_who_may_not_is_told_so(api: Installation, api_served: Served) -> None:
    someone = User("01990000-0000-7000-8000-0000000000aa", "someone", "admin")
    unknown = Tokens(api.settings.signing_key(), 60).issue(someone, utc_now())
    for token in ("nonsense", None, unknown):
        async with await _opened(api_served, "/ws/tasks", token) as socket:
            assert await _closed_with(socket) == 4401
    async with connect(api_served.socket_url("/ws/tasks"), proxy=None) as socket:
        await socket.send('{"type": "hello"}')
        assert await _closed_with(socket) == 4401
    async with connect(api_served.socket_url("/ws/tasks"), proxy=None) as socket:
        begin = time.monotonic()
        assert await _closed_with(socket) == 4401
        assert 4 < time.monotonic() - begin < 15


async def test_what_is_not_there_and_what_cannot_be_read(api: Installation, api_served: Served) -> None:
    token = api.tokens["user"]
    for path in (NOWHERE, "/ws/tasks/x"):
        async with await _opened(api_served, path, token) as socket:
            assert await _closed_with(socket) == 4404
    async with await _opened(api_served, "/ws/tasks", token, None, "ru", language=7) as socket:
        assert await _closed_with(socket) == 4400
    for since in ("x", "1:2:3", 7):
        async with await _opened(api_served, "/ws/tasks", token, since) as socket:
            assert await _closed_with(socket) == 4400
    async with connect(api_served.socket_url("/ws/tasks"), proxy=None) as socket:
        await socket.send("no json")
        assert await _closed_with(socket) == 4400


async def test_many_clients_hear_of_a_change_at_once(api: Installation, api_served: Served) -> None:
    """p99 is under 150 ms with 200 clients on two idle cores (`make bench`); here 50, and company."""
    task_id = await api.submitted()
    await api.until(task_id, status="running")
    path = f"/ws/tasks/{task_id}"
    sockets = [await _opened(api_served, path, api.tokens["user"]) for _ in range(50)]
    for socket in sockets:
        await _next(socket)
    await api.live.publish(batch(1, 7), task_id=task_id)
    for message in await asyncio.gather(*(_next(socket) for socket in sockets)):
        assert message["task"]["counts"]["created"] == 7
    for socket in sockets:
        await socket.close()


async def test_a_server_that_goes_down_says_1012(api: Installation) -> None:
    async with (
        served(api.settings) as made,
        await _opened(made, "/ws/tasks", api.tokens["user"]) as socket,
    ):
        await _next(socket)
        made.stop()
        assert await _closed_with(socket) == 1012
