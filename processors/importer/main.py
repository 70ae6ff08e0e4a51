"""``python -m processors.importer.main``: one importer process."""

from typing import Any

import faust

from events.topics import BATCHES
from infra.faust_app import AppSettings, build_app, run
from infra.kafka import Publisher
from infra.postgres import create_engine
from infra.settings import Settings
from jobs.kinds.registry import kind_named
from processors.importer.applying import Applying
from processors.importer.importing import Importer

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
    engine = create_engine(settings.database_url.get_secret_value(), pool_size=3, application=settings.worker)
    publisher = Publisher(settings.kafka, client_id=settings.worker)
    app.closing = (publisher.stop, engine.dispose)
    importer = Importer(
        Applying(engine, kind_named, settings.worker),
        publisher,
        settings.worker,
        settings.namespace,
    )

    async def batches(stream: Any) -> None:
        # Never a plain ``async for value in stream``: it acknowledges what an exception interrupts.
        async for event in stream.noack().events():
            await importer.handle(event.message)
            event.ack()

    for priority, topic in BATCHES.items():
        app.agent(
            app.topic(settings.namespace + topic, value_serializer="raw"),
            name=f"batches.{priority}",
        )(batches)
    return app


if __name__ == "__main__":
    _settings = Settings()
    run(build(_settings), log_level=_settings.log_level)
