"""Components and what their prices are made of: ``/components``, ``/quotes``, ``/part-numbers``,
``/currency-rates``, ``/stock``."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from api.context import Context, Reading
from api.models import AsyncSyncResponse, Day
from api.price_models import (
    ComponentDetails,
    ComponentInfo,
    ComponentList,
    Currency,
    Id,
    Method,
    Moment,
    Paged,
    QuoteInfo,
    QuoteKind,
    QuoteList,
    RateInfo,
    RateList,
    RecalculateRequest,
    StockInfo,
    StockList,
    Text,
)
from api.problems import Problem
from api.responses import reads, starts
from api.security import Reader
from api.starting import Start
from infra.clock import today
from projections.queries import price_desk

router = APIRouter(tags=["price desk"])


class ComponentQuery(Paged):
    """Query of ``GET /components``."""

    task_id: UUID | None = None
    vendor: Text | None = None
    category: Text | None = None
    method: Method | None = None
    has_price: bool | None = None
    q: Text | None = None


class QuoteQuery(Paged):
    """Query of ``GET /quotes``; both days are included."""

    task_id: UUID | None = None
    component_id: Id | None = None
    supplier: Text | None = None
    kind: QuoteKind | None = None
    date_from: Day | None = None
    date_to: Day | None = None


class RateQuery(Paged):
    """Query of ``GET /currency-rates``; both days are included."""

    currency: Currency | None = None
    date_from: Day | None = None
    date_to: Day | None = None


class StockQuery(Paged):
    """Query of ``GET /stock``."""

    task_id: UUID | None = None
    component_id: Id | None = None
    warehouse: Text | None = None
    in_stock: bool | None = None


@router.post("/components/recalculate-all", status_code=202, responses=starts(409))
async def recalculate_all(
    start: Start,
    connection: Reading,
    wanted: RecalculateRequest | None = None,
) -> AsyncSyncResponse:
    """Recalculate the prices of all components by their methods; only what changes is written. A day before
    one that was recalculated is refused."""
    wanted = wanted or RecalculateRequest()
    params = moment(wanted, start.context)
    latest = await price_desk.recalculated(connection)
    if latest is not None and latest.isoformat() > str(params["as_of"]) and not await start.repeats():
        raise Problem(
            409, "recalculated_later", field="as_of", as_of=params["as_of"], later=latest.isoformat()
        )
    return await start.submit("recalculate", {"type": "database"}, params, dry_run=wanted.dry_run)


def moment(wanted: Moment, context: Context) -> dict[str, str | int]:
    """The moment as the event carries it: today (in 1C's zone) is today once, not again in every batch.
    What is asked of a later day is refused: nobody knows its prices."""
    latest = today(context.settings.onec_zone)
    as_of = wanted.as_of or latest
    if as_of > latest:
        raise Problem(
            422, "price_day_future", field="as_of", as_of=as_of.isoformat(), today=latest.isoformat()
        )
    return {"as_of": as_of.isoformat(), "days": wanted.days}


@router.get("/components", responses=reads())
async def list_components(
    _: Reader, connection: Reading, query: Annotated[ComponentQuery, Query()]
) -> ComponentList:
    """Components by code."""
    page = await price_desk.COMPONENTS.page(connection, query.filters(), query.cursor, query.limit)
    return ComponentList(items=[ComponentInfo(**row) for row in page.items], next_cursor=page.next_cursor)


@router.get("/components/{component_id:int}", responses=reads(404))
async def get_component(
    component_id: Annotated[int, Path(ge=1, lt=2**63)], _: Reader, connection: Reading
) -> ComponentDetails:
    """One component, with the history of its price."""
    row = await price_desk.component(connection, component_id)
    if row is None:
        raise Problem(404, "component_unknown", field="component_id", component_id=str(component_id))
    return ComponentDetails(**row)


@router.get("/quotes", responses=reads())
async def list_quotes(_: Reader, connection: Reading, query: Annotated[QuoteQuery, Query()]) -> QuoteList:
    """Quotes of suppliers and competitors, latest day first."""
    page = await price_desk.QUOTES.page(connection, query.filters(), query.cursor, query.limit)
    return QuoteList(items=[QuoteInfo(**row) for row in page.items], next_cursor=page.next_cursor)


@router.get("/currency-rates", responses=reads())
async def list_rates(_: Reader, connection: Reading, query: Annotated[RateQuery, Query()]) -> RateList:
    """Rates in roubles, latest day first."""
    page = await price_desk.RATES.page(connection, query.filters(), query.cursor, query.limit)
    return RateList(items=[RateInfo(**row) for row in page.items], next_cursor=page.next_cursor)


@router.get("/stock", responses=reads())
async def list_stock(_: Reader, connection: Reading, query: Annotated[StockQuery, Query()]) -> StockList:
    """What is in the warehouses, as it was imported."""
    page = await price_desk.STOCK.page(connection, query.filters(), query.cursor, query.limit)
    return StockList(items=[StockInfo(**row) for row in page.items], next_cursor=page.next_cursor)
