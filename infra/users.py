"""Users and their passwords (argon2id)."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, cast

from pwdlib import PasswordHash
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

Role = Literal["user", "manager", "admin"]
ROLES: tuple[Role, ...] = ("user", "manager", "admin")


@dataclass(frozen=True, slots=True)
class User:
    """Who somebody is: ``id`` is what the log carries, ``name`` what people see."""

    id: str
    name: str
    role: Role


@lru_cache(maxsize=1)
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@lru_cache(maxsize=1)
def _nobody() -> str:
    """A hash to compare with where the name is unknown, so that both answers take as long."""
    return _hasher().hash("nobody has this password")


async def ensure_users(engine: AsyncEngine, passwords: Mapping[str, str]) -> None:
    """Make the users that are missing, each with the role of its name (another name = ``user``).

    An existing user keeps the password it has: a restart must not undo a change.
    """
    async with engine.begin() as connection:
        known = set(await connection.scalars(text("SELECT name FROM users")))
        for name, password in passwords.items():
            if name not in known:
                await connection.execute(
                    text(
                        "INSERT INTO users (name, password_hash, role) VALUES (:name, :hash, :role)"
                        " ON CONFLICT (name) DO NOTHING"
                    ),
                    {
                        "name": name,
                        "hash": _hasher().hash(password),
                        "role": name if name in ROLES else "user",
                    },
                )


async def verify(engine: AsyncEngine, name: str, password: str) -> User | None:
    """The user, or None; an unknown name takes as long as a wrong password."""
    async with engine.connect() as connection:
        found = (
            await connection.execute(
                text("SELECT id, name, role, password_hash FROM users WHERE name = :name"), {"name": name}
            )
        ).one_or_none()
    stored = found.password_hash if found else _nobody()
    # 50 ms of hashing: beside the loop, which has sockets to serve meanwhile.
    if not await asyncio.to_thread(_hasher().verify, password, stored) or found is None:
        return None
    return User(str(found.id), found.name, cast(Role, found.role))


async def by_id(engine: AsyncEngine, user_id: str) -> User | None:
    """The user of a token, or None where it was removed meanwhile."""
    async with engine.connect() as connection:
        found = (
            await connection.execute(text("SELECT id, name, role FROM users WHERE id = :id"), {"id": user_id})
        ).one_or_none()
    return User(str(found.id), found.name, cast(Role, found.role)) if found else None
