"""The reason for which an administrator lets a request touch the closed period."""

from typing import Annotated

from pydantic import Field, StringConstraints

from api.context import Context
from api.problems import Problem
from infra.users import User
from producers.overrides import Request, keep, override_of

SHORTEST, LONGEST = 3, 500

ClosedPeriodReason = Annotated[
    Annotated[
        str,
        StringConstraints(
            min_length=SHORTEST, max_length=LONGEST, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$"
        ),
    ]
    | None,
    Field(
        description="An administrator's reason to touch what is booked in the closed period all the same."
        " It is kept beside the log, which names it by an id.",
    ),
]


def check_reason(user: User, reason: str | None) -> None:
    """Only an administrator may give one."""
    if reason is not None and user.role != "admin":
        raise Problem(403, "closed_period_admin_only", field="closed_period_reason", role=user.role)


async def override_for(
    context: Context, user: User, event_id: str, task_id: str, request: Request, reason: str | None
) -> str | None:
    """The id under which the reason of a request to a task is kept now; None where none was given."""
    check_reason(user, reason)
    override = override_of(event_id, task_id, request, reason, user.id)
    if override is None:
        return None
    async with context.engine.begin() as connection:
        await keep(connection, override)
    return override.id
