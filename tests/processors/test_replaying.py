"""Further attempts as a reader reads them: from the log, from the source, and after somebody was killed."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import orjson
import pytest
from sqlalchemy import text

from domain import task as tasks
from domain.errors import Fatal
from domain.states import Known, Running
from domain.work import SourceFacts, Work, next_work
from events.records import VERDICTS, Counts
from events.rows import BatchRecorded, RowRejected
from events.tasks import Input, Scope, TaskBatchImported
from events.topics import BATCHES, topic_specs
from infra.kafka import Publisher, compress, ensure_topics
from infra.postgres import create_engine
from infra.settings import Settings
from processors.reader.leases import Lease
from tests.kafka_reading import read_all
from tests.processors.reading_world import Rows, World, offered
from tests.processors.setting import end_attempt

pytestmark = pytest.mark.integration

WHOLE = SourceFacts(rows=35, batches=4, notes=("a_note",))


@pytest.fixture
async def world(settings: Settings) -> AsyncIterator[World]:
    engine = create_engine(settings.database_url.get_secret_value())
    await ensure_topics(settings.kafka, topic_specs(settings.namespace))
    publisher = Publisher(settings.kafka)
    yield World(settings, engine, publisher)
    await publisher.stop()
    await engine.dispose()


async def read_once(world: World, rows: Rows | None = None) -> Lease:
    """A task whose first attempt has read its source to the end and was stopped."""
    leases = world.leases()
    lease = await offered(world, leases)
    await world.reader(rows or Rows(), leases).read(lease)
    await end_attempt(world.engine, lease.spec.task_id, "cancelled")
    return lease


async def applied(
    world: World, task: str, batch_no: int, rows: int, rejects: Sequence[int] = (), attempt: int = 1
) -> None:
    """As an importer leaves it."""
    counts = Counts(created=rows - len(rejects), rejected=len(rejects))
    told = TaskBatchImported(
        attempt=attempt, batch_no=batch_no, rows=rows, elapsed_ms=1, worker="w", **counts.model_dump()
    )
    kept = [
        RowRejected(
            attempt=attempt, batch_no=batch_no, row_no=no, raw={"n": no - 1}, code="c", fingerprint="f"
        ).data()
        for no in rejects
    ]
    async with world.engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO applied_batch (task_id, attempt, batch_no, content_hash, counts, event, rejects)"
                " VALUES (:task, :attempt, :batch, '', :counts, :event, :rejects)"
            ),
            {
                "task": task,
                "attempt": attempt,
                "batch": batch_no,
                "counts": [getattr(counts, name) for name in VERDICTS],
                "event": told.model_dump_json().encode(),
                "rejects": compress(orjson.dumps(kept)) if kept else None,
            },
        )


async def corrected(world: World, task: str, row_no: int, raw: Mapping[str, Any], attempt: int = 1) -> None:
    async with world.engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO correction (event_id, task_id, row_no, number, attempt, raw, row_hash,"
                " corrected_by, corrected_at) VALUES (uuidv7(), :task, :row, (SELECT count(*) + 1"
                " FROM correction WHERE task_id = :task AND row_no = :row), :attempt, CAST(:raw AS jsonb),"
                " '', 'user:x', now())"
            ),
            {"task": task, "row": row_no, "attempt": attempt, "raw": orjson.dumps(raw).decode()},
        )


async def again(
    world: World, task: str, scope: Scope, source: Input = "recorded", whole: SourceFacts | None = WHOLE
) -> Lease:
    """The lease of the task's next attempt."""
    async with world.engine.begin() as connection:
        state = tasks.load(
            await connection.scalar(text("SELECT state FROM task_state WHERE task_id = :t"), {"t": task})
        )
        assert isinstance(state, Known)
        before: Work = state.work.model_copy(update={"source": whole})
        work = next_work(before, before.attempt + 1, scope, source)
        running = Running(seq=9, about=state.about, work=work)
        await connection.execute(
            text("UPDATE task_state SET state = CAST(:state AS jsonb) WHERE task_id = :t"),
            {"t": task, "state": orjson.dumps(tasks.dump(running)).decode()},
        )
        await connection.execute(
            text("INSERT INTO attempt (task_id, attempt, state) VALUES (:t, :a, 'current')"),
            {"t": task, "a": work.attempt},
        )
    leases = world.leases()
    await leases.offer([(task, work.attempt, 1)])
    lease = await leases.claim([])
    assert lease is not None
    assert (lease.spec.task_id, lease.work) == (task, work)
    return lease


async def sent(world: World, lease: Lease) -> list[BatchRecorded]:
    """The batches of an attempt in the log, of repeats the first."""
    found = await read_all(world.settings.kafka, world.settings.namespace + BATCHES["normal"])
    mine = [one.event for one in found if one.subject == lease.spec.task_id]
    events = [one for one in mine if isinstance(one, BatchRecorded) and one.attempt == lease.spec.attempt]
    return sorted({one.batch_no: one for one in reversed(events)}.values(), key=lambda one: one.batch_no)


def shape(batch: BatchRecorded) -> tuple[int, int, int]:
    return batch.batch_no, batch.first_row, len(batch.rows)


async def told(world: World, lease: Lease) -> Any:
    return (await world.about(lease.spec.task_id))[-1]


FOUR = [(1, 1, 5), (2, 6, 10), (3, 16, 10), (4, 26, 10)]


@pytest.mark.parametrize("source", ["recorded", "source"])
async def test_everything_again_is_the_same_batches(world: World, source: Input) -> None:
    task = (await read_once(world)).spec.task_id
    await applied(world, task, 1, 5)
    rows = Rows()
    lease = await again(world, task, "all", source)
    await world.reader(rows).read(lease)
    batches = await sent(world, lease)
    assert [shape(one) for one in batches] == FOUR
    assert [row["n"] for one in batches for row in one.rows] == list(range(35))
    assert batches[0].before == (Counts(created=5) if source == "recorded" else None)
    assert bool(rows.read) is (source == "source")
    read = await told(world, lease)
    assert (read.rows, read.batches, read.notes) == (35, 4, ("a_note",))


async def test_what_is_unfinished_comes_from_the_log_and_then_from_the_source(world: World) -> None:
    class Stopped(BaseException):
        pass

    def stop(page: int) -> None:
        if page == 3:
            raise Stopped

    leases = world.leases()
    lease = await offered(world, leases)
    with pytest.raises(Stopped):
        await world.reader(Rows(stop), leases).read(lease)
    task = lease.spec.task_id
    await end_attempt(world.engine, task, "cancelled")
    # A killed reader had written none of them down; importers have those that they imported.
    await applied(world, task, 1, 5)
    await applied(world, task, 3, 10)
    async with world.engine.begin() as connection:
        await connection.execute(
            text(
                'INSERT INTO recorded_batch (task_id, attempt, batch_no, topic, partition, "offset",'
                " first_row, rows, content_hash) VALUES (:t, 1, 1, 'x', 0, 0, 1, 5, ''),"
                " (:t, 1, 3, 'x', 0, 0, 16, 10, '')"
            ),
            {"t": task},
        )
    lease = await again(world, task, "unfinished", whole=None)
    await world.reader(Rows()).read(lease)
    assert [shape(one) for one in await sent(world, lease)] == [FOUR[1], FOUR[3]]
    read = await told(world, lease)
    assert (read.rows, read.batches, read.source_rows, read.source_batches) == (20, 2, 35, 4)


@pytest.mark.parametrize("source", ["recorded", "source"])
async def test_rejected_rows_come_alone_and_corrected(world: World, source: Input) -> None:
    task = (await read_once(world)).spec.task_id
    for batch_no, _, rows in FOUR:
        await applied(world, task, batch_no, rows, {2: (7, 9), 4: (35,)}.get(batch_no, ()))
    await corrected(world, task, 9, {"n": "first"})
    await corrected(world, task, 9, {"n": "nine"})
    lease = await again(world, task, "rejected", source)
    await world.reader(Rows()).read(lease)
    batches = await sent(world, lease)
    assert [(one.batch_no, one.row_numbers, one.rows) for one in batches] == [
        (2, [7, 9], [{"n": 6}, {"n": "nine"}]),
        (4, [35], [{"n": 34}]),
    ]
    assert [one.before for one in batches] == [Counts(rejected=2), Counts(rejected=1)]
    read = await told(world, lease)
    assert (read.rows, read.batches, read.controls) == (3, 2, ())


async def test_a_correction_during_the_attempt_is_the_next_ones(world: World) -> None:
    """Who takes the attempt over sends what the killed one has sent."""
    task = (await read_once(world)).spec.task_id
    await applied(world, task, 2, 10, (7,))
    await corrected(world, task, 7, {"n": "early"})
    lease = await again(world, task, "all")
    await world.reader(Rows()).read(lease)
    first = await sent(world, lease)
    await corrected(world, task, 7, {"n": "late"})
    async with world.engine.begin() as connection:
        await connection.execute(
            text(
                "UPDATE read_lease SET state = 'waiting', cursor = '{\"batch_no\": 1, \"row\": 5}'"
                " WHERE task_id = :t AND attempt = 2"
            ),
            {"t": task},
        )
    taken = await world.leases(token="successor").claim([])
    assert taken is not None
    await world.reader(Rows(), world.leases(token="successor")).read(taken)
    found = await read_all(world.settings.kafka, world.settings.namespace + BATCHES["normal"])
    twice = [
        one.event.rows
        for one in found
        if isinstance(one.event, BatchRecorded)
        and (one.subject, one.event.attempt, one.event.batch_no) == (task, 2, 2)
    ]
    assert twice == [first[1].rows] * 2
    assert first[1].rows[1] == {"n": "early"}


async def test_read_anew_only_the_row_that_was_corrected_is_replaced(world: World) -> None:
    task = (await read_once(world)).spec.task_id
    await applied(world, task, 2, 10, (7,))
    await applied(world, task, 3, 10, (17,))
    await corrected(world, task, 7, {"n": "seven"})
    await corrected(world, task, 17, {"n": "seventeen"})
    async with world.engine.begin() as connection:
        kept = [{"row_no": 17, "raw": {"n": "what 1C does not have any more"}}]
        await connection.execute(
            text("UPDATE applied_batch SET rejects = :kept WHERE task_id = :t AND batch_no = 3"),
            {"t": task, "kept": compress(orjson.dumps(kept))},
        )
    lease = await again(world, task, "all", "source")
    await world.reader(Rows()).read(lease)
    rows = [row["n"] for one in await sent(world, lease) for row in one.rows]
    assert rows == [*range(6), "seven", *range(7, 35)]


async def test_what_the_log_does_not_have_fails_by_name(world: World) -> None:
    task = (await read_once(world)).spec.task_id
    for change, code in (
        ("content_hash = 'x'", "recorded_content_differs"),
        ('"offset" = "offset" + 100000', "recorded_input_gone"),
    ):
        async with world.engine.begin() as connection:
            await connection.execute(
                text(f"UPDATE recorded_batch SET {change} WHERE task_id = :t AND batch_no = 1"), {"t": task}
            )
        lease = await again(world, task, "all")
        with pytest.raises(Fatal) as refused:
            await world.reader(Rows()).read(lease)
        assert refused.value.code == code
        await world.leases().finish(lease)
        await end_attempt(world.engine, task, "finished")


async def test_a_source_that_has_become_shorter_is_named(world: World) -> None:
    task = (await read_once(world)).spec.task_id
    async with world.engine.begin() as connection:
        await connection.execute(
            text("UPDATE recorded_batch SET rows = 99 WHERE task_id = :t AND batch_no = 4"), {"t": task}
        )
    await applied(world, task, 4, 10, (35,))
    lease = await again(world, task, "rejected", "source")
    with pytest.raises(Fatal, match="source_is_shorter"):
        await world.reader(Rows()).read(lease)
