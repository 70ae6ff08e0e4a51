"""``python -m processors.importer.main``: one importer process."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any

import faust
from sqlalchemy.ext.asyncio import AsyncEngine

from events.topics import BATCHES
from infra.faust_app import AppSettings, build_app, die, one_ahead, run
from infra.kafka import Publisher
from infra.postgres import create_engine, wait_for_postgres
from infra.settings import Settings
from jobs.kinds.registry import kind_named, kinds
from processors.importer.applying import Applying
from processors.importer.forgetting import Forgetting
from processors.importer.importing import Importer, Tell, unpacked
from processors.importer.undoing import UndoWorker

# Messages held in memory, each up to 0.9 MB packed: with more, a batch of high priority waits longer.
BUFFER = 4


def build(settings: Settings) -> faust.App:
    """The importer's app: one agent a priority, each batch handled by itself."""
    app = build_app(
        AppSettings(
            settings.namespace + "tidemark-importer",
            settings.worker,
            settings.kafka,
            buffer=BUFFER,
            alive_file=settings.alive_file,
        )
    )
    engine = create_engine(
        settings.database_url.get_secret_value(), pool_size=3, application=settings.worker, loads=True
    )
    publisher = Publisher(settings.kafka, client_id=settings.worker)
    app.closing = (publisher.stop, engine.dispose)
    importer = Importer(
        Applying(engine, kind_named, settings.worker),
        publisher,
        settings.worker,
        settings.namespace,
    )

    async def batches(stream: Any) -> None:
        # While one outcome is on its way to the log the next batch is worked on.
        telling: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        telling.set_result(None)
        async with aclosing(one_ahead(stream, unpacked)) as messages:
            async for event, batch in messages:
                tell = await importer.handle(event.message, batch)
                del batch
                await telling
                telling = asyncio.ensure_future(_told(tell, event))

    undos = UndoWorker(engine, kinds(), publisher, settings.worker, settings.namespace)

    @app.task  # type: ignore[untyped-decorator]
    async def undoing() -> None:
        await _beside("undoing", engine, undos.run)

    @app.task  # type: ignore[untyped-decorator]
    async def forgetting() -> None:
        await _beside("forgetting", engine, Forgetting(engine).run)

    for priority, topic in BATCHES.items():
        app.agent(
            app.topic(settings.namespace + topic, value_serializer="raw"),
            name=f"batches.{priority}",
        )(batches)
    return app


async def _beside(what: str, engine: AsyncEngine, run: Callable[[], Awaitable[None]]) -> None:
    """Work beside the batches, for as long as the process runs."""
    await wait_for_postgres(engine)
    try:
        await run()
    except asyncio.CancelledError:
        raise
    except Exception as error:  # noqa: BLE001 - the edge: what nobody classified ends the process
        await die(what, error)


async def _told(tell: Tell, event: Any) -> None:
    """Acknowledge when the log has it; nobody may be waiting for this when it fails."""
    try:
        await tell()
    except Exception as error:  # noqa: BLE001 - the edge: what nobody classified ends the process
        await die("importer", error)
    event.ack()


if __name__ == "__main__":
    _settings = Settings()
    run(build(_settings), log_level=_settings.log_level)
