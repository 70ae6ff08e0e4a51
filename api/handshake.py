"""How a conversation over a WebSocket begins: who are you, and from where on."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from fastapi import WebSocket

from api.context import Context
from api.problems import Problem
from api.tokens import allows
from infra.wording import Language, language_of
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


@dataclass(frozen=True)
class Opening:
    """What a client says first: who it is, from which position on changes are wanted, in which words."""

    token: str
    since: Vector | None
    language: Language


async def authenticated(socket: WebSocket, context: Context) -> Opening:
    """Who comes says a token first. Without ``language`` its words are in the one of Accept-Language."""
    try:
        async with asyncio.timeout(AUTH_SECONDS):
            message = read(await socket.receive_text())
    except TimeoutError as silence:
        raise Closed(UNAUTHORISED, "no auth message came") from silence
    token, since = message.get("token"), message.get("from")
    if message.get("type") != "auth" or not isinstance(token, str):
        raise Closed(UNAUTHORISED, "the first message is auth, with a token")
    await check_user(context, token)
    try:
        vector = None if since is None else parse_vector(str(since))
    except BadPosition as bad:
        raise Closed(BAD_MESSAGE, "position_invalid") from bad
    return Opening(token, vector, _language(message, socket))


def _language(message: dict[str, Any], socket: WebSocket) -> Language:
    # A browser sends its own language and lets no script say another in a header.
    said = message.get("language")
    if said is None:
        return language_of(socket.headers.get("accept-language"))
    if not isinstance(said, str):
        raise Closed(BAD_MESSAGE, "language_invalid")
    return language_of(said)


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
