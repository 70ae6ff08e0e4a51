"""``python -m processors.reader.main``: one reader process."""

import hashlib
import hmac
from dataclasses import replace
from functools import partial
from typing import Any

import faust

from events.cloudevents import decode
from events.tasks import TaskStarted
from events.topics import TASKS
from infra.clock import new_id
from infra.faust_app import AppSettings, build_app, ending, in_sets, run
from infra.kafka import Publisher
from infra.objects import ObjectStore
from infra.postgres import create_engine, driver_of, wait_for_postgres
from infra.settings import Settings
from jobs.base import SourceTools
from jobs.kinds.registry import kind_named
from jobs.sources.onec.settings import OneCMapping, OneCSettings
from processors.facts import headers_of, type_of
from processors.patience import patiently
from processors.reader.cutter import Sizes
from processors.reader.leases import Leases
from processors.reader.reading import Reader
from processors.reader.worker import ReaderWorker

_STARTED = "task.started.v1"


def build(settings: Settings) -> faust.App:
    """The reader's app: an agent that hears of started attempts, and a loop that reads them."""
    app = build_app(
        AppSettings(
            settings.namespace + "tidemark-reader",
            settings.worker,
            settings.kafka,
            alive_file=settings.alive_file,
        )
    )
    engine = create_engine(settings.database_url.get_secret_value(), application=settings.worker)
    publisher = Publisher(settings.kafka, client_id=settings.worker)
    app.closing = (publisher.stop, engine.dispose)
    leases = Leases(engine, settings.worker, new_id(), settings.lease_seconds)
    reader = Reader(
        engine=engine,
        publisher=publisher,
        leases=leases,
        tools=replace(source_tools(settings), connect=partial(driver_of, engine)),
        kind_named=kind_named,
        worker=settings.worker,
        sizes=Sizes(
            rows=settings.batch_size,
            first_rows=settings.first_batch_size,
            first_batches=settings.first_batches,
            large_rows=settings.large_batch_size,
            large_after=settings.large_batches_after,
            packed=settings.batch_bytes,
        ),
        kafka=settings.kafka,
        in_flight=settings.batches_in_flight,
        namespace=settings.namespace,
    )
    worker = ReaderWorker(reader, heartbeat=settings.heartbeat_seconds)

    async def handle(events: list[Any]) -> None:
        starts = []
        for event in events:
            headers = headers_of(event.message)
            if type_of(headers) == _STARTED:
                envelope = decode(event.message.value, headers)
                assert isinstance(envelope.event, TaskStarted)
                starts.append((envelope.subject, envelope.event.attempt, envelope.event.tries))
        await patiently(lambda: leases.offer(starts))
        if starts:
            worker.wake.set()

    @app.agent(app.topic(settings.namespace + TASKS, value_serializer="raw"))
    async def started(stream: Any) -> None:
        await in_sets(stream, handle)

    async def reading() -> None:
        await wait_for_postgres(engine)
        await worker.run()

    app.task(ending("reading", reading))
    return app


def source_tools(settings: Settings) -> SourceTools:
    """What sources use, from an installation's settings."""
    key = settings.keyed_hash_key()

    def account_ref(account: str) -> str:
        return hmac.new(key, account.encode(), hashlib.sha256).hexdigest()[:16]

    return SourceTools(
        objects=ObjectStore.from_url(settings.object_store_url),
        account_ref=account_ref,
        onec=onec_settings(settings),
    )


def onec_settings(settings: Settings) -> OneCSettings | None:
    """The infobase of this installation, None where none is configured."""
    if settings.onec_url is None:
        return None
    return OneCSettings(
        base_url=settings.onec_url,
        user=settings.onec_user,
        password=settings.onec_password.get_secret_value(),
        timezone=settings.onec_timezone,
        read_timeout=settings.onec_timeout,
        allowed_only=settings.onec_allowed_only,
        mapping=OneCMapping.from_json(settings.onec_mapping),
    )


if __name__ == "__main__":
    _settings = Settings()
    run(build(_settings), log_level=_settings.log_level)
