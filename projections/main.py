"""``python -m projections.main``: keep the read models up to date. ``rebuild``: make them anew."""

import asyncio
import logging
import signal
import sys

from infra.alive import keep_touching
from infra.garbage import collect_rarely
from infra.kafka import Publisher
from infra.postgres import create_engine, wait_for_postgres
from infra.settings import Settings
from infra.signing import signer
from projections.offsets import Stopped
from projections.rebuild import lines, rebuild
from projections.roots import Roots
from projections.runner import Runner
from projections.schema import in_schema

log = logging.getLogger("projections")


async def run(settings: Settings) -> None:
    """Run until told to stop; what was begun is rolled back and comes again."""
    engine = create_engine(settings.libpq_url, pool_size=3, application="tidemark-projections")
    in_schema(engine, writes=True)
    publisher = Publisher(settings.kafka, client_id="tidemark-roots")
    alive = asyncio.create_task(keep_touching(settings.alive_file))
    try:
        await wait_for_postgres(engine)
        runner = Runner(settings.kafka, engine, namespace=settings.namespace, member=settings.worker)
        roots = Roots(engine, publisher, signer(settings), settings.namespace)
        async with asyncio.TaskGroup() as group:
            group.create_task(runner.run())
            group.create_task(roots.run(settings.roots_seconds))
    finally:
        alive.cancel()
        await publisher.stop()
        await engine.dispose()


async def _until_signalled(settings: Settings) -> None:
    task = asyncio.ensure_future(run(settings))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    await asyncio.gather(task, return_exceptions=True)
    if not task.cancelled() and (error := task.exception()) is not None:
        raise error


def _stopped_in(error: BaseException) -> Stopped | None:
    if isinstance(error, Stopped):
        return error
    if isinstance(error, BaseExceptionGroup):
        return next((found for inner in error.exceptions if (found := _stopped_in(inner))), None)
    return None


def main(arguments: list[str]) -> int:
    """Exit code 0 when told to stop, 1 where a rebuild found differences, 3 where going on would be wrong."""
    settings = Settings()
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # It says sixty times a second that nobody answers; the assignment says it once.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    if arguments[:1] == ["rebuild"]:
        report = asyncio.run(rebuild(settings, switch="--switch" in arguments))
        sys.stdout.write("\n".join(lines(report)) + "\n")
        return 1 if report.differences and not report.switched else 0
    collect_rarely()
    try:
        asyncio.run(_until_signalled(settings))
    except BaseException as error:
        if (stopped := _stopped_in(error)) is None:
            raise
        log.critical("%s", stopped)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
