"""The API beside a running projection, and clients of each role."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import FastAPI

from api.app import create_app
from infra.postgres import create_engine
from infra.settings import Settings
from infra.users import ensure_users
from tests.api.deciding import deciding
from tests.projections.live import Live, living

PASSWORDS = {name: f"password of {name}" for name in ("admin", "manager", "user")}
PATIENCE = 20.0
STATEMENT = (
    "1CClientBankExchange\r\nВерсияФормата=1.03\r\nКодировка=Windows\r\nНомер={number}\r\nКонецФайла\r\n"
)

Json = dict[str, Any]


def statement(number: object = 1) -> bytes:
    """A file that begins as a statement does; another one for another ``number``."""
    return STATEMENT.format(number=number).encode("cp1251")


@dataclass(slots=True)
class Installation:
    """What a test of the API has at hand."""

    settings: Settings
    live: Live
    app: FastAPI
    tokens: dict[str, str] = field(default_factory=dict)

    def anonymous(self, **headers: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://tidemark", headers=headers)

    def client(self, role: str = "user", **headers: str) -> httpx.AsyncClient:
        return self.anonymous(Authorization=f"Bearer {self.tokens[role]}", **headers)

    async def get(self, path: str, *, role: str = "user", **params: Any) -> Json:
        async with self.client(role) as client:
            answer = await client.get(f"/api/v1{path}", params=params)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    async def post(
        self, path: str, *, role: str = "manager", headers: dict[str, str] | None = None, **body: Any
    ) -> httpx.Response:
        async with self.client(role) as client:
            return await client.post(f"/api/v1{path}", headers=headers, **body)

    async def upload(
        self,
        content: bytes | None = None,
        *,
        role: str = "manager",
        name: str = "выписка.txt",
        headers: dict[str, str] | None = None,
        **fields: str,
    ) -> httpx.Response:
        """Upload a statement, by default one that nobody has uploaded before."""
        content = statement(time.perf_counter_ns()) if content is None else content
        files = {"file": (name, content)}
        return await self.post(
            "/imports/bank-transactions", role=role, headers=headers, files=files, data=fields
        )

    async def submitted(self, content: bytes | None = None, *, role: str = "manager", **fields: str) -> str:
        """A task from an upload that is accepted."""
        answer = await self.upload(content, role=role, name="выписка.txt", headers=None, **fields)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["task_id"])

    async def until(self, task_id: str, **wanted: Any) -> Json:
        """Wait until the task looks like this; fails with how it looked last."""
        until = time.monotonic() + PATIENCE
        while True:
            task = await self.get(f"/tasks/{task_id}")
            if all(task[name] == value for name, value in wanted.items()):
                return task
            assert time.monotonic() < until, f"not {wanted}: {task}"
            await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def installed(settings: Settings, *, decides: bool = True) -> AsyncIterator[Installation]:
    """Users, topics, a projection, a conductor if wanted, and the API."""
    engine = create_engine(settings.libpq_url, pool_size=1)
    await ensure_users(engine, PASSWORDS)
    await engine.dispose()
    app = create_app(settings)
    async with (
        living(settings) as live,
        live.projection(),
        deciding(settings) if decides else contextlib.nullcontext(),
        app.router.lifespan_context(app),
    ):
        made = Installation(settings, live, app)
        for name, password in PASSWORDS.items():
            made.tokens[name] = await token_of(made, name, password)
        yield made


async def token_of(made: Installation, name: str, password: str) -> str:
    async with made.anonymous() as client:
        answer = await client.post("/api/v1/auth/token", data={"username": name, "password": password})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])
