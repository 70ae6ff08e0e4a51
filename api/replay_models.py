"""What a replay takes and gives, as it is named in the OpenAPI document."""

from pydantic import BaseModel, ConfigDict

from api.models import AsyncSyncResponse
from events.tasks import Input, Scope


class ReplayRequest(BaseModel):
    """``all`` = everything again, ``unfinished`` = what has no outcome yet, ``rejected`` = the rejected rows,
    with their corrections; ``recorded`` = as it was read, ``source`` = asked for again."""

    model_config = ConfigDict(extra="forbid")

    scope: Scope | None = None
    input: Input | None = None


class ReplayResponse(AsyncSyncResponse):
    """``attempt``, ``scope`` and ``input`` are null while the request has no answer yet."""

    attempt: int | None = None
    scope: Scope | None = None
    input: Input | None = None
