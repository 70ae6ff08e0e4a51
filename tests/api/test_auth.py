"""Tokens, roles, wrong passwords."""

from datetime import UTC, datetime, timedelta

import jwt
import pytest

from api.throttle import FREE
from api.tokens import ISSUER, Tokens
from infra.users import User
from tests.api.installation import PASSWORDS, Installation

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]


async def test_a_name_and_a_password_give_a_token(api: Installation) -> None:
    async with api.anonymous() as client:
        form = {"grant_type": "password", "username": "user", "password": PASSWORDS["user"]}
        answer = await client.post("/api/v1/auth/token", data=form)
    found = answer.json()
    assert (found["token_type"], found["expires_in"]) == ("bearer", api.settings.token_minutes * 60)
    async with api.anonymous(Authorization=f"Bearer {found['access_token']}") as client:
        assert (await client.get("/api/v1/tasks")).status_code == 200


@pytest.mark.parametrize(("name", "password"), [("user", "wrong"), ("nobody", "wrong"), ("us\0er", "x")])
async def test_a_wrong_name_is_answered_as_a_wrong_password(
    api: Installation, name: str, password: str
) -> None:
    async with api.anonymous() as client:
        answer = await client.post("/api/v1/auth/token", data={"username": name, "password": password})
    assert (answer.status_code, answer.json()["code"]) == (401, "login_wrong")


async def test_who_guesses_waits(api: Installation) -> None:
    async with api.anonymous() as client:
        answers = [
            await client.post("/api/v1/auth/token", data={"username": "guessed", "password": str(n)})
            for n in range(FREE + 1)
        ]
    assert [answer.status_code for answer in answers] == [401] * FREE + [429]
    assert int(answers[-1].headers["retry-after"]) >= 1


async def test_tokens_that_do_not_count(api: Installation) -> None:
    key, now = api.settings.signing_key(), datetime.now(UTC)
    someone = User("01990000-0000-7000-8000-0000000000aa", "someone", "admin")
    tokens = {
        "token_missing": None,
        "token_invalid": "nonsense",
        "token_expired": Tokens(key, 1).issue(someone, now - timedelta(hours=1)),
    }
    forged = [
        Tokens("another key " * 4, 60).issue(someone, now),
        Tokens(key, 60).issue(someone, now),
        jwt.encode({"sub": someone.id, "iss": ISSUER}, key, "HS256"),
        jwt.encode({"sub": someone.id, "iss": ISSUER, "exp": now + timedelta(hours=1)}, "", "none"),
    ]
    for code, token in [*tokens.items(), *(("token_invalid", token) for token in forged)]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with api.anonymous(**headers) as client:
            answer = await client.get("/api/v1/tasks")
        assert (answer.status_code, answer.json()["code"]) == (401, code)
        assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/api/v1/tasks", {"user", "manager", "admin"}),
        ("GET", "/api/v1/tasks/counts", {"user", "manager", "admin"}),
        ("GET", "/api/v1/tasks/{id}", {"user", "manager", "admin"}),
        ("GET", "/api/v1/tasks/{id}/events", {"user", "manager", "admin"}),
        ("GET", "/api/v1/tasks/{id}/attempts", {"user", "manager", "admin"}),
        ("GET", "/api/v1/tasks/{id}/batches", {"user", "manager", "admin"}),
        ("GET", "/api/v1/tasks/{id}/rejects", {"user", "manager", "admin"}),
        ("GET", "/api/v1/tasks/{id}/warnings", {"user", "manager", "admin"}),
        ("GET", "/api/v1/bank-transactions", {"user", "manager", "admin"}),
        ("GET", "/api/v1/duplicates", {"user", "manager", "admin"}),
        ("POST", "/api/v1/duplicates/decisions", {"manager", "admin"}),
        ("GET", "/api/tasks/{id}", {"user", "manager", "admin"}),
        ("POST", "/api/v1/tasks/{id}/cancel", {"manager", "admin"}),
        ("POST", "/api/v1/imports/bank-transactions", {"manager", "admin"}),
        ("POST", "/api/v1/sync-1c/bank-transactions/sync-async", {"manager", "admin"}),
        ("POST", "/api/v1/tasks/cleanup", {"admin"}),
    ],
)
async def test_each_endpoint_asks_for_its_role(
    api: Installation, method: str, path: str, allowed: set[str]
) -> None:
    path = path.format(id="01990000-0000-7000-8000-0000000000ff")
    async with api.anonymous() as client:
        assert (await client.request(method, path)).status_code == 401
    for role in PASSWORDS:
        async with api.client(role) as client:
            status = (await client.request(method, path)).status_code
        assert (status != 403) == (role in allowed), (role, status)
