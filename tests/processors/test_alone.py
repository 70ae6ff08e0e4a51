"""Only a batch that ends a process which does nothing else is poison: stops and power cuts reject no row."""

import os
import pickle
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from events.records import Counts
from infra.kafka import Publisher
from infra.settings import Settings
from jobs.kinds.registry import kind_named
from processors.importer.alone import AWAY, Alone
from processors.importer.applying import Applying
from processors.importer.importing import Importer
from processors.importer.outcomes import Delivered
from tests.processors.setting import document, recorded, rows_of, running_task

pytestmark = pytest.mark.integration

NOBODY = "postgresql://tidemark@127.0.0.1:1/nothing"


def python(program: str) -> tuple[str, ...]:
    return (sys.executable, "-c", program)


def tried(settings: Settings, delivered: Delivered, **environment: str) -> int:
    """The exit code of the process that tries a batch, as the importer starts it."""
    found = {
        "TIDEMARK_DATABASE_URL": settings.database_url.get_secret_value(),
        "TIDEMARK_NAMESPACE": settings.namespace,
    }
    return subprocess.run(
        [*Alone().command], input=pickle.dumps(delivered), env=os.environ | found | environment, check=False
    ).returncode


async def test_a_batch_whose_importers_were_stopped_is_written(
    engine: AsyncEngine, applying: Applying, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIDEMARK_DATABASE_URL", settings.database_url.get_secret_value())
    task_id = await running_task(engine)
    batch = recorded(task_id, 1, [document(1), document(2)])
    assert [await applying.is_suspect(batch) for _ in range(3)] == [False, False, True]
    importer = Importer(applying, Publisher(settings.kafka, client_id="test"), "importer-1")
    await importer.handle(_message(), batch)
    applied = await applying.apply(batch)
    assert applied is not None
    assert applied.outcome.counts == Counts(created=2)
    assert len(await rows_of(engine, task_id)) == 2
    assert not await applying.is_suspect(batch)


@pytest.mark.parametrize(
    "program",
    [
        pytest.param("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", id="killed"),
        pytest.param("import sys; sys.stdin.buffer.read(); 1 / 0", id="an exception"),
        pytest.param("import signal; signal.pause()", id="no end"),
    ],
)
async def test_a_batch_that_ends_its_own_process_is_poison(
    engine: AsyncEngine, applying: Applying, settings: Settings, program: str
) -> None:
    task_id = await running_task(engine)
    batch = recorded(task_id, 1, [document(1), document(2)])
    for _ in range(2):
        await applying.is_suspect(batch)
    alone = Alone(python(program), most_seconds=3.0)
    importer = Importer(applying, Publisher(settings.kafka, client_id="test"), "importer-1", alone=alone)
    await importer.handle(_message(), batch)
    applied = await applying.apply(batch)
    assert applied is not None
    assert applied.outcome.counts == Counts(rejected=2)
    assert {one.code for one in applied.rejects} == {"poison"}


async def test_an_outage_is_no_fault_of_the_batch(engine: AsyncEngine, settings: Settings) -> None:
    task_id = await running_task(engine)
    batch = recorded(task_id, 1, [document(1)])
    assert tried(settings, batch, TIDEMARK_DATABASE_URL=NOBODY) == AWAY
    with pytest.raises(ConnectionError):
        await Alone(python(f"import sys; sys.stdin.buffer.read(); sys.exit({AWAY})")).survives(batch)
    assert tried(settings, batch) == 0


async def test_what_the_importer_will_refuse_is_left_to_it(engine: AsyncEngine, settings: Settings) -> None:
    task_id = await running_task(engine)
    await Applying(engine, kind_named, "importer-1").apply(recorded(task_id, 1, [document(1)]))
    assert tried(settings, recorded(task_id, 1, [document(2)])) == 0


def _message() -> Any:
    return SimpleNamespace(topic="batches.normal", partition=0, offset=0)
