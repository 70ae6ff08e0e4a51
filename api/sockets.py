"""WebSockets: every change of a task, or of all, as the whole task; nothing is missed and nothing goes back.

The first message is ``{"type": "auth", "token": …, "from": position or null,
"language": "ru"}``, within 5 s; only the token is needed. Then come
one ``snapshot``, a ``task`` for every change, ``removed`` where cleanup took one away, and ``ping``.
"""

import asyncio
import json
from collections.abc import Coroutine
from typing import Any
from uuid import UUID

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from sqlalchemy.ext.asyncio import AsyncConnection

from api import shown
from api.context import Context, context_of
from api.feed import Feed, Slow
from api.handshake import AGAIN, TOO_SLOW, UNKNOWN, Closed, Opening, authenticated, check_user, read
from events.topics import TASKS
from infra.postgres import is_outage
from projections.position import Vector, vector_text
from projections.queries import freshness, tasks
from projections.queries.task_filter import TaskFilter

router = APIRouter()

PING_SECONDS = 15.0
RECHECK_SECONDS = 60.0
# A client that takes nothing for so long is dropped: it comes back with the position it has.
SEND_SECONDS = 10.0
FIRST_TASKS = 50
MOST_MISSED = 500


@router.websocket("/ws/tasks/{task_id}")
async def follow_task(socket: WebSocket, task_id: str) -> None:
    """One task; 4404 where there is none."""
    await _served(socket, task_id)


@router.websocket("/ws/tasks")
async def follow_tasks(socket: WebSocket) -> None:
    """All tasks; the snapshot holds the newest 50, or with ``from`` those that changed since."""
    await _served(socket, None)


async def _served(socket: WebSocket, task_id: str | None) -> None:
    await socket.accept()
    try:
        await _talk(socket, context_of(socket), task_id)
    except Closed as closed:
        await _close(socket, closed.code, closed.reason)
    except Slow:
        await _close(socket, TOO_SLOW, "too slow, connect again from your last position")
    except (WebSocketDisconnect, RuntimeError):
        return
    except Exception as error:
        if not is_outage(error):
            await _close(socket, 1011, "internal error")
            raise
        await _close(socket, AGAIN, "the database is away, connect again")


async def _talk(socket: WebSocket, context: Context, task_id: str | None) -> None:
    opening = await authenticated(socket, context)
    wanted = _uuid(task_id) if task_id is not None else None
    feed = Feed(str(wanted) if wanted else None, opening.language)
    async with context.hub.subscribed(feed.hear):
        await _send(socket, await _snapshot(context, feed, wanted, opening))
        await _first_to_end(
            _send_all(socket, feed), _listen(socket, feed), _stays_allowed(context, opening.token)
        )


async def _first_to_end(*parts: Coroutine[Any, Any, None]) -> None:
    """Run all until one ends, by an error or because the client left; the others end with it."""
    running = [asyncio.ensure_future(part) for part in parts]
    try:
        done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    for task in done:
        task.result()


async def _stays_allowed(context: Context, token: str) -> None:
    """A token that has run out, or a user who was removed, ends the conversation within a minute."""
    while True:
        await asyncio.sleep(RECHECK_SECONDS)
        await check_user(context, token)


async def _snapshot(context: Context, feed: Feed, wanted: UUID | None, opening: Opening) -> dict[str, Any]:
    async with context.reading.connect() as connection:
        await connection.execution_options(isolation_level="REPEATABLE READ")
        position = await freshness.vector(connection, context.settings.namespace + TASKS)
        rows = await _rows(connection, wanted, opening.since, position)
    if wanted is not None and not rows:
        raise Closed(UNKNOWN, "there is no such task")
    feed.begin(position)
    shown_rows = [shown.task_info(row, opening.language).model_dump(mode="json") for row in rows]
    body = {"task": shown_rows[0]} if wanted is not None else {"items": shown_rows}
    return {"type": "snapshot", "position": vector_text(position), **body}


async def _rows(
    connection: AsyncConnection, wanted: UUID | None, since: Vector | None, position: Vector
) -> list[tasks.TaskRow]:
    if wanted is not None:
        row = await tasks.one(connection, wanted)
        return [row] if row else []
    if since is not None:
        missed = {partition: since.get(partition, -1) for partition in position}
        rows = await tasks.changed_since(connection, missed, MOST_MISSED + 1)
        if len(rows) <= MOST_MISSED:
            return rows
        # Away for too long to be told everything: begin anew.
    return list((await tasks.listed(connection, TaskFilter(), limit=FIRST_TASKS)).items)


async def _send_all(socket: WebSocket, feed: Feed) -> None:
    while True:
        messages = await feed.next(PING_SECONDS)
        if not messages:
            await _send(socket, {"type": "ping", "position": vector_text(feed.position)})
        for text in messages:
            await _send_text(socket, text)


async def _listen(socket: WebSocket, feed: Feed) -> None:
    """What the client says: ``ping`` is answered, ``pong`` needs no answer. Its leaving ends all."""
    while True:
        message = read(await socket.receive_text())
        if message.get("type") == "ping":
            feed.say(json.dumps({"type": "pong", "position": vector_text(feed.position)}))


async def _send(socket: WebSocket, message: dict[str, Any]) -> None:
    await _send_text(socket, json.dumps(message, ensure_ascii=False))


async def _send_text(socket: WebSocket, text: str) -> None:
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await socket.send_text(text)
    except TimeoutError as late:
        raise Slow from late


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Closed(UNKNOWN, "there is no such task") from error


async def _close(socket: WebSocket, code: int, reason: str) -> None:
    try:
        async with asyncio.timeout(1):
            await socket.close(code, reason)
    except (RuntimeError, TimeoutError):
        return
