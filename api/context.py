"""What a process of the API holds while it runs, and how endpoints reach it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, cast

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from starlette.requests import HTTPConnection

from api.hub import Hub
from api.throttle import Throttle
from api.tokens import Tokens, Users
from events.topics import BATCHES
from infra.kafka import Publisher
from infra.objects import ObjectStore
from infra.postgres import create_engine
from infra.retention import keep_known
from infra.settings import Settings
from infra.wording import Language, language_of
from producers.bulk import BulkRequests
from producers.corrections import Corrections
from producers.submissions import Submissions
from producers.sweeping import sweep_forever
from projections.schema import in_schema


@dataclass(slots=True)
class Context:
    """``reading`` sees the read models and cannot write; ``engine`` is for the intake and the users."""

    settings: Settings
    engine: AsyncEngine
    reading: AsyncEngine
    publisher: Publisher
    submissions: Submissions
    corrections: Corrections
    objects: ObjectStore
    tokens: Tokens
    users: Users
    throttle: Throttle
    hub: Hub


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Context]:
    """Everything connected as far as servers answer; those that are away are waited for by who needs them."""
    tokens = Tokens(settings.signing_key(), settings.token_minutes)
    async with AsyncExitStack() as stack:
        engine = _engine(settings, "tidemark-api")
        reading = in_schema(_engine(settings, "tidemark-api-read"))
        publisher = Publisher(
            settings.kafka, client_id="tidemark-api", patience=settings.accept_while_waiting_seconds
        )
        for close in (engine.dispose, reading.dispose, publisher.stop):
            stack.push_async_callback(close)
        submissions = Submissions(engine, publisher, settings.namespace)
        corrections = Corrections(engine, publisher, settings.keyed_hash_key(), settings.namespace)
        hub = Hub(settings.libpq_url, reading, settings.namespace)
        bulk = BulkRequests(engine, publisher, settings.namespace)
        topics = [settings.namespace + name for name in BATCHES.values()]
        sweep = asyncio.ensure_future(sweep_forever(submissions.sweep, corrections.sweep, bulk.sweep))
        listen = asyncio.ensure_future(hub.run())
        known = asyncio.ensure_future(keep_known(engine, settings.kafka, topics))
        for task in (sweep, listen, known):
            stack.push_async_callback(_ended, task)
        yield Context(
            settings=settings,
            engine=engine,
            reading=reading,
            publisher=publisher,
            submissions=submissions,
            corrections=corrections,
            objects=ObjectStore.from_url(settings.object_store_url),
            tokens=tokens,
            users=Users(engine),
            throttle=Throttle(),
            hub=hub,
        )


def _engine(settings: Settings, application: str) -> AsyncEngine:
    return create_engine(settings.libpq_url, pool_size=settings.database_pool, application=application)


async def _ended(task: asyncio.Future[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def context_of(connection: HTTPConnection) -> Context:
    return cast(Context, connection.app.state.context)


async def _context(request: Request) -> Context:
    # Not ``context_of`` itself: FastAPI would call a plain function in a thread.
    return context_of(request)


async def _reading(context: "ContextDep") -> AsyncIterator[AsyncConnection]:
    async with context.reading.connect() as connection:
        yield connection


async def _language(request: Request) -> Language:
    return language_of(request.headers.get("accept-language"))


ContextDep = Annotated[Context, Depends(_context)]
Reading = Annotated[AsyncConnection, Depends(_reading)]
LanguageDep = Annotated[Language, Depends(_language)]
