"""``/pricelists``: numbered price lists, and files made of them."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse, StreamingResponse
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.background import BackgroundTask

from api.components import moment
from api.context import Context, ContextDep, LanguageDep, Reading
from api.models import AsyncSyncResponse, Day
from api.price_models import Paged, Price, PricelistKind, PricelistRequest, Quantity, Text
from api.pricelist_files import CSV, XLSX, Items, as_csv, as_xlsx
from api.problems import Problem
from api.responses import reads, starts
from api.security import Reader
from api.starting import Start
from infra.clock import today
from infra.wording import Language, word
from projections.queries import pricelists

router = APIRouter(tags=["price lists"], prefix="/pricelists")

PART = 5_000


class PricelistInfo(BaseModel):
    """A price list of one moment (``taken_at``). Its id is that of the task that made it."""

    id: UUID
    number: int
    kind: PricelistKind
    currency: str
    as_of: date
    taken_at: datetime
    items: int
    task_id: UUID


class PricelistList(BaseModel):
    items: list[PricelistInfo]
    next_cursor: str | None


class PricelistItem(BaseModel):
    """``quantity`` is what is in stock, in a warehouse list."""

    row_no: int
    component_id: int
    code: str
    name: str
    vendor: str
    category: str
    unit: str
    price: Price
    quantity: Quantity | None


class PricelistPage(BaseModel):
    pricelist: PricelistInfo
    items: list[PricelistItem]
    next_cursor: str | None


class PricelistQuery(Paged):
    """Query of ``GET /pricelists``; both days of ``as_of`` are included."""

    kind: PricelistKind | None = None
    date_from: Day | None = None
    date_to: Day | None = None


class ItemQuery(Paged):
    """Query of ``GET /pricelists/{id}``."""

    q: Text | None = None


@router.post("", status_code=202, responses=starts())
async def create_pricelist(
    wanted: PricelistRequest,
    start: Start,
    connection: Reading,
) -> AsyncSyncResponse:
    """Make a price list; it is there, with its number, when its task is completed. A warehouse list is of
    today: what was in stock before is in the lists that were made then."""
    params = {"kind": wanted.kind, "currency": wanted.currency, **moment(wanted, start.context)}
    if wanted.kind == "warehouse" and not await start.repeats():
        await _refuse_past_stock(connection, wanted, start.context)
    return await start.submit("pricelist_create", {"type": "database"}, params)


@router.get("", responses=reads())
async def list_pricelists(
    _: Reader, connection: Reading, query: Annotated[PricelistQuery, Query()]
) -> PricelistList:
    """Price lists, the latest first."""
    page = await pricelists.PRICELISTS.page(connection, query.filters(), query.cursor, query.limit)
    return PricelistList(items=[PricelistInfo(**row) for row in page.items], next_cursor=page.next_cursor)


@router.get("/{pricelist_id:uuid}", responses=reads(404))
async def get_pricelist(
    pricelist_id: UUID, _: Reader, connection: Reading, query: Annotated[ItemQuery, Query()]
) -> PricelistPage:
    """A price list with a page of its items."""
    found = await _known(connection, pricelist_id)
    wanted = query.filters() | {"pricelist_id": pricelist_id}
    page = await pricelists.ITEMS.page(connection, wanted, query.cursor, query.limit)
    items = [PricelistItem(**row) for row in page.items]
    return PricelistPage(pricelist=found, items=items, next_cursor=page.next_cursor)


@router.get(
    "/{pricelist_id:uuid}/export-csv",
    response_class=StreamingResponse,
    responses=reads(404) | {200: {"content": {CSV: {"schema": {"type": "string"}}}}},
)
async def export_csv(
    pricelist_id: UUID, _: Reader, connection: Reading, context: ContextDep, language: LanguageDep
) -> StreamingResponse:
    """The whole list as CSV in UTF-8: with semicolons and decimal commas where the reader's language
    (Accept-Language) is Russian, as Excel opens it there. Texts that a spreadsheet would take for a formula
    begin with an apostrophe."""
    found = await _known(connection, pricelist_id)
    content = as_csv(_parts(context, pricelist_id), found.currency, language)
    return StreamingResponse(content, headers=_named(found, "csv", language), media_type=CSV)


@router.get(
    "/{pricelist_id:uuid}/export-xlsx",
    response_class=FileResponse,
    responses=reads(404) | {200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}}},
)
async def export_xlsx(
    pricelist_id: UUID, _: Reader, connection: Reading, context: ContextDep, language: LanguageDep
) -> FileResponse:
    """The whole list as XLSX: prices are numbers, every text is a text and never a formula."""
    found = await _known(connection, pricelist_id)
    path = await as_xlsx(_parts(context, pricelist_id), found.currency, language)
    return FileResponse(
        path,
        headers=_named(found, "xlsx", language),
        media_type=XLSX,
        background=BackgroundTask(path.unlink, missing_ok=True),
    )


async def _refuse_past_stock(connection: AsyncConnection, wanted: PricelistRequest, context: Context) -> None:
    """Only the balance of now is kept; where a list was made on that day or before, it is named."""
    if wanted.as_of is None or wanted.as_of == today(context.settings.onec_zone):
        return
    made = await pricelists.latest(connection, "warehouse", wanted.as_of)
    day = wanted.as_of.isoformat()
    if made is None:
        raise Problem(422, "stock_day_past", field="as_of", as_of=day)
    told = {"number": made["number"], "made": made["as_of"].isoformat(), "pricelist_id": str(made["id"])}
    raise Problem(422, "stock_day_past_listed", field="as_of", as_of=day, **told)


async def _known(connection: AsyncConnection, pricelist_id: UUID) -> PricelistInfo:
    row = await pricelists.one(connection, pricelist_id)
    if row is None:
        raise Problem(404, "pricelist_unknown", field="pricelist_id", pricelist_id=str(pricelist_id))
    return PricelistInfo(**row)


async def _parts(context: Context, pricelist_id: UUID) -> AsyncIterator[Items]:
    """A connection for each part, none while a slow reader takes it."""
    after = 0
    while True:
        async with context.reading.connect() as connection:
            part = await pricelists.part(connection, pricelist_id, after, PART)
        if part:
            yield part
            after = part[-1]["row_no"]
        if len(part) < PART:
            return


def _named(found: PricelistInfo, ending: str, language: Language) -> dict[str, str]:
    name = word("pricelist.file", {"number": str(found.number), "day": found.as_of.isoformat()}, language)
    plain = f"pricelist-{found.number}.{ending}"
    return {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}.{ending}"
    }
