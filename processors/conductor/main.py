"""``python -m processors.conductor.main``: one conductor process."""

from collections.abc import Sequence
from typing import Any

import faust

from events.cloudevents import UnreadableEvent, decode
from events.topics import TASKS
from infra.faust_app import AppSettings, build_app, ending, in_sets, run
from infra.kafka import Publisher
from infra.postgres import create_engine
from infra.settings import Settings
from infra.topic_ids import topic_ids
from jobs.kinds.registry import kinds
from jobs.undoing import undoing_of
from processors.conductor.admission import Limits
from processors.conductor.conductor import Conductor, Positioned
from processors.conductor.store import OutOfPlace
from processors.facts import headers_of
from processors.patience import patiently

TICK_SECONDS = 0.5


def build(settings: Settings) -> faust.App:
    """The conductor's app: one agent on ``tasks``, and the clock."""
    topic = settings.namespace + TASKS
    app = build_app(
        AppSettings(
            settings.namespace + "tidemark-conductor",
            settings.worker,
            settings.kafka,
            alive_file=settings.alive_file,
        )
    )
    engine = create_engine(settings.database_url.get_secret_value(), application=settings.worker)
    publisher = Publisher(settings.kafka, client_id=settings.worker)
    limits = Limits(settings.running_per_kind, settings.running_per_source, settings.running_per_submitter)
    app.closing = (publisher.stop, engine.dispose)
    made: list[Conductor] = []

    async def conductor() -> Conductor:
        if not made:
            topic_id = (await topic_ids(settings.kafka, [topic]))[topic]
            made.append(
                Conductor(
                    engine,
                    publisher,
                    topic_id=topic_id,
                    limits=limits,
                    worker=settings.worker,
                    namespace=settings.namespace,
                    undoable=_undoable,
                )
            )
        return made[0]

    async def handle(events: list[Any]) -> None:
        positioned = [_positioned(event.message) for event in events]
        by = await conductor()
        await patiently(lambda: by.handle(positioned))

    @app.agent(app.topic(topic, value_serializer="raw"))
    async def tasks(stream: Any) -> None:
        await in_sets(stream, handle)

    async def tick() -> None:
        by = await conductor()
        await patiently(lambda: by.tick(_mine(app, topic)))

    app.timer(interval=TICK_SECONDS)(ending("tick", tick))
    return app


def _undoable(kind: str) -> bool:
    """Of a kind that this version does not know nothing can be taken back."""
    return undoing_of(kinds().get(kind)) is not None


def _mine(app: faust.App, topic: str) -> Sequence[int]:
    """The partitions this process owns now."""
    return sorted(tp.partition for tp in app.consumer.assignment() if tp.topic == topic)


def _positioned(message: Any) -> Positioned:
    try:
        envelope = decode(message.value, headers_of(message))
    except UnreadableEvent as error:
        raise OutOfPlace(f"tasks {message.partition}:{message.offset} cannot be read: {error}") from error
    return Positioned(message.partition, message.offset, envelope)


if __name__ == "__main__":
    _settings = Settings()
    run(build(_settings), log_level=_settings.log_level)
