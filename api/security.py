"""Whether who asks may: the three roles, as dependencies of endpoints."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import OAuth2PasswordBearer

from api.context import ContextDep
from api.problems import Problem
from api.tokens import allows, unauthorised
from infra.users import ROLES, Role, User

_bearer = OAuth2PasswordBearer(tokenUrl="/api/v1/auth/token", auto_error=False)


def needs(role: Role) -> Callable[..., Awaitable[User]]:
    """The user of the request, if the role is enough."""

    async def check(
        request: Request, context: ContextDep, token: Annotated[str | None, Depends(_bearer)]
    ) -> User:
        if not token:
            raise unauthorised("token_missing")
        user = await context.users.get(context.tokens.subject(token))
        if user is None:
            raise unauthorised("token_invalid")
        if not allows(user, role):
            allowed = ", ".join(ROLES[ROLES.index(role) :])
            raise Problem(403, "role_missing", needed=role, allowed=allowed, role=user.role)
        request.state.user = user
        return user

    return check


Reader = Annotated[User, Depends(needs("user"))]
Manager = Annotated[User, Depends(needs("manager"))]
Admin = Annotated[User, Depends(needs("admin"))]
