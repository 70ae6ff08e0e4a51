"""``/part-numbers``: which vendor's number is which component."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from api.context import ContextDep, Reading
from api.price_models import Id, Paged, PartNumberInfo, PartNumberList, PartNumberRequest, Text
from api.problems import Problem
from api.responses import reads, starts
from api.security import Manager, Reader
from jobs.prices.matching import matched
from projections.queries import price_desk

router = APIRouter(tags=["price desk"], prefix="/part-numbers")

_COMPONENT = "SELECT id, code FROM component WHERE code_key = :code"
# What is mapped to the same component already is given back as it is.
_MAP = """
INSERT INTO part_number AS n (vendor, vendor_key, number, number_key, component_id, author)
VALUES (:vendor, :vendor_key, :number, :number_key, :component, :author)
ON CONFLICT (number_key, vendor_key) DO UPDATE SET component_id = excluded.component_id,
    author = CASE WHEN n.component_id = excluded.component_id THEN n.author ELSE excluded.author END
WHERE n.component_id = excluded.component_id OR :replace
RETURNING *
"""


class PartNumberQuery(Paged):
    """Query of ``GET /part-numbers``. Capitals do not matter."""

    task_id: UUID | None = None
    component_id: Id | None = None
    vendor: Text | None = None
    number: Text | None = None


@router.get("", responses=reads())
async def list_part_numbers(
    _: Reader, connection: Reading, query: Annotated[PartNumberQuery, Query()]
) -> PartNumberList:
    """Part numbers in their order."""
    page = await price_desk.PART_NUMBERS.page(connection, query.filters(), query.cursor, query.limit)
    return PartNumberList(items=[PartNumberInfo(**row) for row in page.items], next_cursor=page.next_cursor)


@router.post("", responses=starts(404, 409))
async def map_part_number(wanted: PartNumberRequest, user: Manager, context: ContextDep) -> PartNumberInfo:
    """Map a number to a component: rejected rows that name it can then be loaded. The same mapping again
    changes nothing."""
    async with context.engine.begin() as connection:
        return await _mapped(connection, wanted, user.id)


async def _mapped(connection: AsyncConnection, wanted: PartNumberRequest, author: str) -> PartNumberInfo:
    if not matched(wanted.number):
        raise Problem(422, "part_number_missing", field="number")
    code = {"code": matched(wanted.code)}
    component = (await connection.execute(text(_COMPONENT), code)).mappings().one_or_none()
    if component is None:
        raise Problem(404, "component_code_unknown", field="code", component=wanted.code)
    parameters = {
        "vendor": wanted.vendor.strip(),
        "vendor_key": matched(wanted.vendor),
        "number": wanted.number.strip(),
        "number_key": matched(wanted.number),
        "component": component["id"],
        "author": author,
        "replace": wanted.replace,
    }
    row = (await connection.execute(text(_MAP), parameters)).mappings().one_or_none()
    if row is None:
        raise Problem(409, "part_number_taken", field="number", number=wanted.number)
    return PartNumberInfo(**row, code=component["code"])
