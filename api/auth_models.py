"""Who signs in, and who somebody is."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from infra.users import Role


class Me(BaseModel):
    """Who is signed in, and what the role lets them do: user < manager < admin."""

    id: UUID
    name: str
    role: Role


class Token(BaseModel):
    access_token: str
    token_type: Literal["bearer"] = "bearer"
    expires_in: int = Field(description="Seconds.")
