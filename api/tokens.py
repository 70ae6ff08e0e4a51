"""Access tokens (JWT), and the users they stand for."""

import time
from datetime import datetime, timedelta

import jwt
from sqlalchemy.ext.asyncio import AsyncEngine

from api.problems import Problem
from infra.users import ROLES, Role, User, by_id

ALGORITHM = "HS256"
ISSUER = "tidemark"
# How long a removed user, or one with another role, still counts as before.
REMEMBER_SECONDS = 10.0
MOST_REMEMBERED = 10_000


class Tokens:
    """Makes and checks access tokens (JWT, HS256). They carry who, the role is looked up."""

    def __init__(self, key: str, minutes: int) -> None:
        self._key = key
        self.lifetime = timedelta(minutes=minutes)

    def issue(self, user: User, now: datetime) -> str:
        claims = {"sub": user.id, "iss": ISSUER, "iat": now, "exp": now + self.lifetime}
        return jwt.encode(claims, self._key, ALGORITHM)

    def subject(self, token: str) -> str:
        """The user's id; raises Problem 401."""
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[ALGORITHM],
                issuer=ISSUER,
                options={"require": ["exp", "sub", "iss"]},
            )
        except jwt.ExpiredSignatureError as expired:
            raise unauthorised("token_expired") from expired
        except (jwt.InvalidTokenError, ValueError) as invalid:
            raise unauthorised("token_invalid") from invalid
        return str(claims["sub"])


class Users:
    """Users by id, asked for at most every 10 s each."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._known: dict[str, tuple[float, User | None]] = {}

    async def get(self, user_id: str) -> User | None:
        known = self._known.get(user_id)
        if known is None or known[0] < time.monotonic():
            if len(self._known) >= MOST_REMEMBERED:
                self._known.clear()
            known = (time.monotonic() + REMEMBER_SECONDS, await by_id(self._engine, user_id))
            self._known[user_id] = known
        return known[1]


def unauthorised(code: str) -> Problem:
    return Problem(401, code, headers={"WWW-Authenticate": 'Bearer realm="tidemark"'})


def allows(user: User, needed: Role) -> bool:
    """user < manager < admin."""
    return ROLES.index(user.role) >= ROLES.index(needed)
