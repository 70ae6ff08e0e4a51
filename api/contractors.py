"""``GET /contractors``: who the money came from and went to."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from api.context import Reading
from api.problems import Problem
from api.responses import reads
from api.security import Reader
from projections.queries import contractors
from projections.queries.contractors import ContractorFilter

router = APIRouter(tags=["contractors"], prefix="/contractors")


class ContractorInfo(BaseModel):
    """A contractor (контрагент). ``warnings`` are codes of what looks wrong in its numbers."""

    id: UUID
    code: str
    name: str
    full_name: str
    kind: Literal["company", "entrepreneur", "person", ""]
    inn: str
    kpp: str
    okpo: str
    retracted: bool
    warnings: list[str]
    updated_at: datetime
    task_id: UUID
    row_no: int


class ContractorList(BaseModel):
    items: list[ContractorInfo]
    next_cursor: str | None


class ContractorQuery(BaseModel):
    """Query of ``GET /contractors``."""

    model_config = ConfigDict(extra="forbid")

    task_id: UUID | None = None
    inn: str | None = Field(default=None, max_length=20, pattern=r"^[^\x00]*$")
    kpp: str | None = Field(default=None, max_length=20, pattern=r"^[^\x00]*$")
    has_warnings: bool | None = None
    q: str | None = Field(default=None, min_length=1, max_length=200, pattern=r"^[^\x00]*$")
    cursor: str | None = Field(default=None, max_length=500)
    limit: int = Field(default=50, ge=1, le=500)


@router.get("", responses=reads())
async def list_contractors(
    _: Reader, connection: Reading, query: Annotated[ContractorQuery, Query()]
) -> ContractorList:
    """Contractors by name."""
    wanted = ContractorFilter(**query.model_dump(exclude={"cursor", "limit"}))
    page = await contractors.listed(connection, wanted, query.cursor, query.limit)
    return ContractorList(items=[ContractorInfo(**row) for row in page.items], next_cursor=page.next_cursor)


@router.get("/{contractor_id:uuid}", responses=reads(404))
async def get_contractor(contractor_id: UUID, _: Reader, connection: Reading) -> ContractorInfo:
    """One contractor, one that 1C took back too."""
    row = await contractors.one(connection, contractor_id)
    if row is None:
        raise Problem(404, "contractor_unknown", field="contractor_id", contractor_id=str(contractor_id))
    return ContractorInfo(**row)
