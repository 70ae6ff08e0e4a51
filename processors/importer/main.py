"""``python -m processors.importer.main``: one importer process."""

import asyncio
from contextlib import aclosing
from typing import Any

import faust

from events.topics import BATCHES
from infra.faust_app import AppSettings, build_app, ending, one_ahead, run
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

    async def undoing() -> None:
        await wait_for_postgres(engine)
        await undos.run()

    async def forgetting() -> None:
        await wait_for_postgres(engine)
        await Forgetting(engine).run()

    app.task(ending("undoing", undoing))
    app.task(ending("forgetting", forgetting))
    for priority, topic in BATCHES.items():
        app.agent(
            app.topic(settings.namespace + topic, value_serializer="raw"),
            name=f"batches.{priority}",
        )(batches)
    return app


async def _told(tell: Tell, event: Any) -> None:
    """Acknowledge when the log has it; nobody may be waiting for this when it fails."""
    await ending("importer", tell)()
    event.ack()


if __name__ == "__main__":
    _settings = Settings()
    run(build(_settings), log_level=_settings.log_level)
