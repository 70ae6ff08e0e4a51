"""The application: endpoints, errors, documentation. Making one connects to nothing."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse

from api import (
    actions,
    auth,
    bulk,
    categories,
    classification_rules,
    classifier,
    closed_period,
    compact,
    components,
    contractors,
    corrected_files,
    coverage,
    diffs,
    duplicates,
    error_files,
    events,
    health,
    impact,
    imports,
    pages,
    pairs,
    part_numbers,
    past,
    pricelists,
    replays,
    shadows,
    sockets,
    sync,
    tables,
    tasks,
    transactions,
    undos,
    warnings,
)
from api.context import opened
from api.middleware import Guard
from api.problems import FieldError, Problem, ProblemDetails, add_handlers, response
from infra.settings import Settings
from infra.version import RELEASE
from projections.position import BadPosition
from projections.queries.paging import BadCursor

PREFIX = "/api/v1"


def create_app(settings: Settings) -> FastAPI:
    """An application that opens its connections when it is started."""
    app = FastAPI(
        title="Tidemark",
        version=RELEASE,
        summary="Imports you can audit, and repeat without a duplicate.",
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan(settings),
    )
    add_handlers(app)
    app.add_exception_handler(BadCursor, _bad_cursor)
    app.add_exception_handler(BadPosition, _bad_cursor)
    versioned = APIRouter(prefix=PREFIX)
    for part in (
        auth,
        imports,
        sync,
        past,
        tasks,
        warnings,
        error_files,
        corrected_files,
        tables,
        actions,
        undos,
        impact,
        replays,
        shadows,
        diffs,
        bulk,
        events,
        closed_period,
        transactions,
        duplicates,
        pairs,
        coverage,
        contractors,
        components,
        part_numbers,
        pricelists,
        classification_rules,
        categories,
        classifier,
    ):
        versioned.include_router(part.router)
    app.include_router(versioned)
    app.include_router(compact.router)
    app.include_router(health.router)
    # The page opens sockets beside itself, programs beside the API they use.
    app.include_router(sockets.router)
    app.include_router(sockets.router, prefix=PREFIX)
    app.include_router(pages.router)
    app.add_middleware(Guard)
    _document(app)
    return app


def _lifespan(settings: Settings) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with opened(settings) as context:
            app.state.context = context
            yield

    return lifespan


async def _bad_cursor(request: Request, error: Exception) -> JSONResponse:
    return response(request, Problem(422, "cursor_invalid", field="cursor"))


def _document(app: FastAPI) -> None:
    """Problem details instead of the framework's validation errors, in the document as in the answers."""
    made = app.openapi

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = made()
            schemas = schema["components"]["schemas"]
            for model in (ProblemDetails, FieldError):
                found = model.model_json_schema(ref_template="#/components/schemas/{model}")
                found.pop("$defs", None)
                schemas[model.__name__] = found
            for name in ("HTTPValidationError", "ValidationError"):
                schemas.pop(name, None)
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]
