"""The text model (training, versions, which one is active), and classifying a period again."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from sqlalchemy import text

from api.classifier_models import (
    ActivateRequest,
    ModelInfo,
    ModelList,
    ReclassifyRequest,
    TrainRequest,
)
from api.context import ContextDep, Reading
from api.models import AsyncSyncResponse
from api.price_models import Paged
from api.problems import Problem, check_period
from api.responses import reads, starts
from api.security import Manager, Reader
from api.starting import Start
from projections.queries import classification

router = APIRouter(tags=["classification"])

VersionPath = Annotated[int, Path(ge=1, lt=2**31)]
# One at a time: there is one active model.
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('classifier_model.version'))"
_RETIRE = "UPDATE classifier_model SET active = false WHERE active AND version <> :version"
_ACTIVATE = """
UPDATE classifier_model
SET active = true, threshold = coalesce(CAST(:threshold AS double precision), threshold)
WHERE version = :version RETURNING threshold
"""
_KEEP = """
INSERT INTO classifier_activation (version, threshold, author) VALUES (:version, :threshold, :author)
"""


@router.post("/classifier/train", status_code=202, responses=starts())
async def train_classifier(
    start: Start,
    wanted: TrainRequest | None = None,
) -> AsyncSyncResponse:
    """Train a new version of the text model from the categories that persons have confirmed."""
    wanted = wanted or TrainRequest()
    return await start.submit("classifier_train", {"type": "database"}, wanted.model_dump())


@router.get("/classifier/models", responses=reads())
async def list_models(_: Reader, connection: Reading, query: Annotated[Paged, Query()]) -> ModelList:
    """Versions of the text model, the latest first."""
    page = await classification.MODELS.page(connection, {}, query.cursor, query.limit)
    return ModelList(items=[ModelInfo(**row) for row in page.items], next_cursor=page.next_cursor)


@router.post("/classifier/models/{version}/activate", responses=starts(404))
async def activate_model(
    version: VersionPath, user: Manager, context: ContextDep, wanted: ActivateRequest | None = None
) -> ModelInfo:
    """Classify with this version from the next batch on."""
    asked = {"version": version, "threshold": wanted.threshold if wanted else None}
    async with context.engine.begin() as connection:
        await connection.execute(text(_LOCK))
        known = await classification.model(connection, version)
        if known is None:
            raise Problem(404, "model_unknown", field="version", version=version)
        await connection.execute(text(_RETIRE), {"version": version})
        threshold = await connection.scalar(text(_ACTIVATE), asked)
        if not known["active"] or threshold != known["threshold"]:
            kept = {"version": version, "threshold": threshold, "author": user.id}
            await connection.execute(text(_KEEP), kept)
        found = await classification.model(connection, version)
    assert found is not None
    return ModelInfo(**found)


@router.post("/transactions/reclassify", status_code=202, responses=starts())
async def reclassify(
    wanted: ReclassifyRequest,
    start: Start,
) -> AsyncSyncResponse:
    """Decide the categories of a period again, by today's rules, history and model; what persons chose
    stays."""
    days = {"date_from": wanted.date_from.isoformat(), "date_to": wanted.date_to.isoformat()}
    check_period(wanted.date_from, wanted.date_to)
    source = {"type": "database"}
    more = {"dry_run": wanted.dry_run, "closed_period_reason": wanted.closed_period_reason}
    return await start.submit("transactions_reclassify", source, days, **more)
