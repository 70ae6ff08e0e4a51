"""``/classification-rules``: the user's rules, who changed them, and what one would do."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from api.context import ContextDep, Reading
from api.models import Direction
from api.price_models import Paged, Text
from api.responses import reads, starts
from api.rule_models import (
    RuleChange,
    RuleFields,
    RuleHistory,
    RuleHistoryRow,
    RuleInfo,
    RuleList,
    RuleTried,
    RuleTry,
)
from api.rule_store import add, change, checked, remove, unknown
from api.rule_trying import tried
from api.security import Manager, Reader
from projections.queries import classification

router = APIRouter(tags=["classification"], prefix="/classification-rules")


class RuleQuery(Paged):
    """Query of ``GET /classification-rules``."""

    category: Text | None = None
    inn: Text | None = None
    direction: Direction | None = None
    enabled: bool | None = None
    q: Text | None = None


@router.get("", responses=reads())
async def list_rules(_: Reader, connection: Reading, query: Annotated[RuleQuery, Query()]) -> RuleList:
    """Rules in the order in which they are looked at."""
    page = await classification.RULES.page(connection, query.filters(), query.cursor, query.limit)
    return RuleList(items=[RuleInfo(**row) for row in page.items], next_cursor=page.next_cursor)


@router.post("", status_code=201, responses=starts(409))
async def create_rule(wanted: RuleFields, response: Response, user: Manager, context: ContextDep) -> RuleInfo:
    """A new rule: it counts from the next batch of an import on, and for what is there already when the
    period is classified again."""
    checked(wanted)
    async with context.engine.begin() as connection:
        made = await _shown(connection, await add(connection, wanted, user.id))
    response.headers["Location"] = f"/api/v1/classification-rules/{made.id}"
    return made


@router.post("/try", responses=starts(404))
async def try_rule(wanted: RuleTry, _: Manager, connection: Reading) -> RuleTried:
    """Which of the last transactions a rule would change, and from what; nothing is saved."""
    return await tried(connection, wanted)


@router.get("/{rule_id:uuid}", responses=reads(404))
async def get_rule(rule_id: UUID, _: Reader, connection: Reading) -> RuleInfo:
    """One rule."""
    return await _shown(connection, rule_id)


@router.put("/{rule_id:uuid}", responses=starts(404, 409))
async def change_rule(rule_id: UUID, wanted: RuleChange, user: Manager, context: ContextDep) -> RuleInfo:
    """Change a rule as a whole; 409 where it is no longer of the ``version`` that was looked at."""
    checked(wanted)
    async with context.engine.begin() as connection:
        await change(connection, rule_id, wanted, wanted.version, user.id)
        return await _shown(connection, rule_id)


@router.delete("/{rule_id:uuid}", status_code=204, responses=starts(404, 409))
async def delete_rule(
    rule_id: UUID, user: Manager, context: ContextDep, version: Annotated[int, Query(ge=1, lt=2**31)]
) -> None:
    """Delete a rule. What it has decided stays until it is classified again; its history stays."""
    async with context.engine.begin() as connection:
        await remove(connection, rule_id, version, user.id)


@router.get("/{rule_id:uuid}/history", responses=reads(404))
async def rule_history(
    rule_id: UUID, _: Reader, connection: Reading, query: Annotated[Paged, Query()]
) -> RuleHistory:
    """Who changed a rule and how, the latest first; of a deleted one too."""
    page = await classification.CHANGES.page(connection, {"rule_id": rule_id}, query.cursor, query.limit)
    if not page.items and query.cursor is None:
        raise unknown(rule_id)
    return RuleHistory(items=[RuleHistoryRow(**row) for row in page.items], next_cursor=page.next_cursor)


async def _shown(connection: AsyncConnection, rule_id: UUID) -> RuleInfo:
    row = await classification.rule(connection, rule_id)
    if row is None:
        raise unknown(rule_id)
    return RuleInfo(**row)
