"""Corrections: all or none, two people, a redrive in between, a log that is away."""

import asyncio
from collections.abc import AsyncIterator

import orjson
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.states import State, dump, load
from events.cloudevents import Envelope
from events.rows import RowCorrected
from events.tasks import TaskRowCorrected
from events.topics import REJECTS, TASKS, topic_specs
from infra.clock import new_id
from infra.kafka import Publisher, ensure_topics
from infra.postgres import create_engine
from infra.settings import Settings
from infra.task_texts import keyed_hash
from producers.correction import CorrectedMeanwhile, Correction, RowBeingLoaded, RowLoadedSince
from producers.corrections import Corrections
from tests.kafka_reading import read_all

pytestmark = pytest.mark.integration

KEY = b"hash-" * 8
ROW = {"Номер": "17", "Сумма": "12,34"}


@pytest.fixture
async def engine(settings: Settings) -> AsyncIterator[AsyncEngine]:
    made = create_engine(settings.database_url.get_secret_value())
    await ensure_topics(settings.kafka, topic_specs(settings.namespace))
    yield made
    await made.dispose()


@pytest.fixture
async def corrections(engine: AsyncEngine, settings: Settings) -> AsyncIterator[Corrections]:
    publisher = Publisher(settings.kafka)
    yield Corrections(engine, publisher, KEY, settings.namespace)
    await publisher.stop()


async def said(settings: Settings, topic: str, task: str) -> list[Envelope]:
    found = await read_all(settings.kafka, settings.namespace + topic)
    return [one for one in found if one.subject == task]


async def stored(engine: AsyncEngine, task: str) -> list[tuple[int, int, str]]:
    async with engine.connect() as connection:
        rows = await connection.execute(
            text(
                "SELECT row_no, number, corrected_by FROM correction WHERE task_id = :id"
                " ORDER BY row_no, number"
            ),
            {"id": task},
        )
        return [(row.row_no, row.number, row.corrected_by) for row in rows]


async def states(engine: AsyncEngine, task: str, state: State) -> None:
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO task_state (task_id, partition, state) VALUES (:id, 0, CAST(:state AS jsonb))"
                " ON CONFLICT (task_id) DO UPDATE SET state = EXCLUDED.state"
            ),
            {"id": task, "state": orjson.dumps(dump(state)).decode()},
        )


async def applied(engine: AsyncEngine, task: str, *, attempt: int, batch_no: int) -> None:
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO applied_batch (task_id, attempt, batch_no, content_hash)"
                " VALUES (:id, :attempt, :batch_no, '')"
            ),
            {"id": task, "attempt": attempt, "batch_no": batch_no},
        )


def running(attempt: int, **more: int) -> State:
    work = {"attempt": attempt, **more}
    return load({"name": "running", "seq": 1, "about": {"kind": "bank_transactions"}, "work": work})


def completed(attempt: int, **more: int) -> State:
    return load({**dump(running(attempt, **more)), "name": "completed", "outcome": "clean"})


async def test_a_correction_is_two_events_with_its_author_and_only_one_of_them_holds_the_row(
    corrections: Corrections, settings: Settings
) -> None:
    task = new_id()
    [one], published = await corrections.accept(task, "7", [Correction(41, 1, 1, ROW)])
    assert (one.number, published) == (1, True)
    [row] = await said(settings, REJECTS, task)
    [fact] = await said(settings, TASKS, task)
    assert row.event == RowCorrected(attempt=1, row_no=41, raw=ROW)
    assert fact.event == TaskRowCorrected(attempt=1, row_no=41, row_hash=keyed_hash(KEY, ROW))
    assert (row.actor, fact.actor, fact.causation_id) == ("user:7", "user:7", row.id)
    assert await corrections.sweep() == 0


async def test_a_correction_can_be_corrected(corrections: Corrections, engine: AsyncEngine) -> None:
    task = new_id()
    for expected in range(3):
        await corrections.accept(task, str(expected), [Correction(41, 1, 1, ROW, expected)])
    assert await stored(engine, task) == [(41, 1, "user:0"), (41, 2, "user:1"), (41, 3, "user:2")]


async def test_failing_of_two_people_who_saw_the_same_row_one_is_told(
    corrections: Corrections, engine: AsyncEngine
) -> None:
    task = new_id()
    both = [corrections.accept(task, who, [Correction(n, 1, 1, ROW) for n in (1, 2)]) for who in "ab"]
    outcomes = await asyncio.gather(*both, return_exceptions=True)
    [refused] = [one for one in outcomes if isinstance(one, CorrectedMeanwhile)]
    assert refused.row_no == 1
    assert len(await stored(engine, task)) == 2


@pytest.mark.parametrize("expected", [0, 2, 5])
async def test_failing_a_correction_of_another_one_than_the_last(
    corrections: Corrections, engine: AsyncEngine, expected: int
) -> None:
    task = new_id()
    await corrections.accept(task, "a", [Correction(41, 1, 1, ROW)])
    with pytest.raises(CorrectedMeanwhile):
        await corrections.accept(task, "b", [Correction(40, 1, 1, ROW), Correction(41, 1, 1, ROW, expected)])
    assert await stored(engine, task) == [(41, 1, "user:a")]


async def test_failing_while_a_later_attempt_runs(corrections: Corrections, engine: AsyncEngine) -> None:
    task = new_id()
    await states(engine, task, running(2))
    with pytest.raises(RowBeingLoaded):
        await corrections.accept(task, "a", [Correction(41, 1, 1, ROW)])
    with pytest.raises(RowBeingLoaded):
        await corrections.check(task, [Correction(41, 1, 1, ROW)])
    await corrections.check(task, [])
    assert await stored(engine, task) == []


async def test_success_while_the_attempt_that_rejected_the_row_still_runs(
    corrections: Corrections, engine: AsyncEngine
) -> None:
    task = new_id()
    await states(engine, task, running(1))
    await corrections.accept(task, "a", [Correction(41, 1, 1, ROW)])


async def test_failing_where_a_later_attempt_has_loaded_the_row(
    corrections: Corrections, engine: AsyncEngine
) -> None:
    task = new_id()
    await states(engine, task, completed(2))
    await applied(engine, task, attempt=2, batch_no=7)
    with pytest.raises(RowLoadedSince) as refused:
        await corrections.accept(task, "a", [Correction(40, 1, 6, ROW), Correction(42, 1, 7, ROW)])
    assert refused.value.row_no == 42
    await corrections.accept(task, "a", [Correction(43, 1, 6, ROW), Correction(42, 2, 7, ROW)])


async def test_a_replay_that_is_being_accepted_is_waited_for(
    corrections: Corrections, engine: AsyncEngine
) -> None:
    task = new_id()
    await states(engine, task, running(1))
    async with engine.begin() as conductor:
        await conductor.execute(
            text("UPDATE task_state SET state = CAST(:state AS jsonb) WHERE task_id = :id"),
            {"id": task, "state": orjson.dumps(dump(running(2))).decode()},
        )
        correcting = asyncio.ensure_future(corrections.accept(task, "a", [Correction(41, 1, 1, ROW)]))
        done, _ = await asyncio.wait({correcting}, timeout=0.1)
        assert not done
    with pytest.raises(RowBeingLoaded):
        await correcting


async def test_what_is_corrected_while_kafka_is_away_waits_and_comes_later(
    corrections: Corrections, engine: AsyncEngine, settings: Settings
) -> None:
    nowhere = Publisher("127.0.0.1:1", patience=0.2)
    away = Corrections(engine, nowhere, KEY, settings.namespace)
    task = new_id()
    _, published = await away.accept(task, "a", [Correction(41, 1, 1, ROW)])
    assert not published
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE correction SET corrected_at = corrected_at - interval '2 s'"))
    assert await away.sweep() == 1
    await nowhere.stop()
    assert await corrections.sweep() == 0
    assert [one.actor for one in await said(settings, REJECTS, task)] == ["user:a"]
    assert [one.actor for one in await said(settings, TASKS, task)] == ["user:a"]


async def test_failing_where_a_later_attempt_has_read_the_source_anew(
    corrections: Corrections, engine: AsyncEngine
) -> None:
    task = new_id()
    await states(engine, task, completed(2, origin=2))
    with pytest.raises(RowLoadedSince):
        await corrections.accept(task, "a", [Correction(42, 1, 7, ROW)])
