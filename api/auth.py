"""``POST /auth/token``: a name and a password for an access token."""

import math
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request

from api.auth_models import Me, Token
from api.context import ContextDep
from api.problems import Problem
from api.responses import problems, reads
from api.security import Reader
from infra.clock import utc_now
from infra.users import verify

router = APIRouter(tags=["auth"])


@router.post("/auth/token", responses=problems(400, 401, 413, 422, 429, 503))
async def token(
    request: Request,
    context: ContextDep,
    username: Annotated[str, Form(min_length=1, max_length=100)],
    password: Annotated[str, Form(min_length=1, max_length=1_000)],
    grant_type: Annotated[str | None, Form(max_length=50)] = None,
    scope: Annotated[str, Form(max_length=1_000)] = "",
) -> Token:
    """OAuth2 password form. A wrong name takes as long as a wrong password."""
    if grant_type not in (None, "", "password"):
        raise Problem(400, "grant_unsupported", field="grant_type")
    if "\0" in username:
        raise Problem(401, "login_wrong")
    address = request.client.host if request.client else ""
    if (wait := context.throttle.wait(username, address)) > 0:
        seconds = math.ceil(wait)
        raise Problem(429, "login_throttled", headers={"Retry-After": str(seconds)}, seconds=seconds)
    user = await verify(context.engine, username, password)
    if user is None:
        context.throttle.failed(username, address)
        raise Problem(401, "login_wrong", headers={"WWW-Authenticate": 'Bearer realm="tidemark"'})
    context.throttle.succeeded(username, address)
    lifetime = context.tokens.lifetime
    return Token(access_token=context.tokens.issue(user, utc_now()), expires_in=int(lifetime.total_seconds()))


@router.get("/auth/me", responses=reads())
async def me(user: Reader) -> Me:
    """Who the token stands for, so that a page shows what they may do and nothing else."""
    return Me(id=UUID(user.id), name=user.name, role=user.role)
