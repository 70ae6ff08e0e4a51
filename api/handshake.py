"""How a conversation over a WebSocket begins: who are you, and from where on."""

import asyncio
import json
from typing import Any

from fastapi import WebSocket

from api.context import Context
from api.problems import Problem
from api.tokens import allows
from projections.position import BadPosition, Vector, parse_vector

AUTH_SECONDS = 5.0
MOST_TEXT = 8_192

BAD_MESSAGE, UNAUTHORISED, FORBIDDEN, UNKNOWN, TOO_SLOW, AGAIN = 4400, 4401, 4403, 4404, 4408, 1013


class Closed(Exception):
    """The conversation is over, for this reason."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


async def authenticated(socket: WebSocket, context: Context) -> tuple[str, Vector | None]:
    """Who comes says a token first, and the position from which changes are wanted."""
    try:
        async with asyncio.timeout(AUTH_SECONDS):
            message = read(await socket.receive_text())
    except TimeoutError as silence:
        raise Closed(UNAUTHORISED, "no auth message came") from silence
    token, since = message.get("token"), message.get("from")
    if message.get("type") != "auth" or not isinstance(token, str):
        raise Closed(UNAUTHORISED, "the first message is auth, with a token")
    await check_user(context, token)
    if since is None:
        return token, None
    try:
        return token, parse_vector(str(since))
    except BadPosition as bad:
        raise Closed(BAD_MESSAGE, "position_invalid") from bad


async def check_user(context: Context, token: str) -> None:
    """Raises Closed unless the token is good and its user may read."""
    try:
        user = await context.users.get(context.tokens.subject(token))
    except Problem as problem:
        raise Closed(UNAUTHORISED, problem.code) from problem
    if user is None:
        raise Closed(UNAUTHORISED, "token_invalid")
    if not allows(user, "user"):
        raise Closed(FORBIDDEN, "role_missing")


def read(text: str) -> dict[str, Any]:
    """A client's message; raises Closed where it is none."""
    try:
        message = json.loads(text) if len(text) <= MOST_TEXT else None
    except ValueError:
        message = None
    if not isinstance(message, dict):
        raise Closed(BAD_MESSAGE, "a message is a JSON object of at most 8 KB")
    return message
