"""Read models made anew from offset 0 equal the live ones, row by row."""

from uuid import UUID

import pytest
from sqlalchemy import text

from events.base import Event
from events.cloudevents import encode
from events.records import Counts
from events.rows import RowCorrected, RowRejected
from events.tasks import (
    TaskCancelRequested,
    TaskProgressed,
    TaskPurged,
    TaskRequestAccepted,
    TaskRequestRefused,
    TaskRetryScheduled,
    TaskStalled,
    TaskWorkFailed,
)
from events.topics import TASKS
from infra.clock import new_id
from infra.postgres import create_engine
from projections.rebuild import BESIDE, lines, rebuild, rolled_back
from projections.rebuilding.comparing import Side, compared
from projections.repair import repair
from projections.standing import standing
from tests.projections.live import Live
from tests.projections.story import (
    BEGIN,
    ERROR,
    batch,
    cancelled,
    completed,
    envelope,
    failed,
    source_read,
    started,
    submitted,
)

pytestmark = pytest.mark.integration

accepted = TaskRequestAccepted(seq=3, request="replay", attempt=2, scope="unfinished")
again = started.model_copy(update={"seq": 4, "attempt": 2})
STORIES: list[list[Event]] = [
    [submitted],
    [submitted, submitted, started, started, batch(1), batch(1), TaskCancelRequested()],
    [submitted, started, batch(2), batch(1, rejected=3), source_read(200, 2), completed(197, rejected=3)],
    [submitted, started, TaskProgressed(attempt=1, processed=5, total=9, message="task.reading"), failed()],
    [submitted, started, batch(1), cancelled(left=100), accepted, again, batch(2, attempt=2)],
    [
        submitted,
        started,
        TaskWorkFailed(attempt=1, tries=1, worker="reader", error=ERROR),
        TaskRetryScheduled(seq=2, attempt=1, tries=1, limit=5, at=BEGIN, error=ERROR),
        started.model_copy(update={"seq": 3, "tries": 2}),
        TaskStalled(attempt=1, worker="reader-1", successor="reader-2"),
        batch(1),
    ],
    [submitted, started, completed(0), TaskPurged(seq=3), batch(9)],
    [
        submitted,
        started,
        completed(0),
        TaskRequestRefused(seq=3, request="cancel", reason="already_finished", state="completed"),
    ],
]


async def _lived(live: Live) -> None:
    """Every story told slowly, in many polls, with a process that ends in between."""
    tasks: list[str] = []
    for half in (0, 1):
        async with live.projection():
            for number, story in enumerate(STORIES):
                events = story[: len(story) // 2] if half == 0 else story[len(story) // 2 :]
                task = tasks[number] if half else None
                task = await live.publish(*events, task_id=task)
                if not half:
                    tasks.append(task)
            rejected = RowRejected(
                attempt=1, batch_no=1, row_no=7, raw={"a": "b"}, code="bad_sum", fingerprint="f"
            )
            await live.publish_rejects(tasks[2], rejected, RowCorrected(attempt=1, row_no=7, raw={"a": "c"}))
            end = await live.publish(submitted, started)
            await live.status(end, "running")
            await live.until(
                "SELECT count(*)::int FROM projection_offset WHERE seen_at > now() - interval '1 second'"
                ' AND log_end = "offset" + 1',
                rows=[(24,)],
            )


async def test_rebuilt_equals_live(live: Live) -> None:
    await _lived(live)
    async with live.projection():
        report = await rebuild(live.settings)
    assert report.differences == {}
    assert report.rows["task"] >= len(STORIES)
    assert report.rows["reject"] == 1


async def test_a_row_that_differs_is_found(live: Live) -> None:
    live.rows(
        "UPDATE task SET counts = %s::jsonb WHERE status = 'failed'", Counts(created=9).model_dump_json()
    )
    report = await rebuild(live.settings)
    assert report.differences == {"task": 2}
    assert lines(report)[-1].endswith("tidemark projections rebuild --switch")
    engine = create_engine(live.settings.libpq_url)
    async with engine.connect() as connection, engine.connect() as another:
        beside = Side(connection, BESIDE)
        assert (await compared(beside, Side(another, BESIDE))).differences == {}
        assert (await compared(beside, Side(another, "read"))).differences == {"task": 2}
    await engine.dispose()


async def test_rejects_past_their_retention_are_taken_over(live: Live) -> None:
    live.rows(
        "INSERT INTO reject (task_id, attempt, row_no, batch_no, raw, code, args, fingerprint, rejected_at,"
        " partition, \"offset\") VALUES (gen_random_uuid(), 1, 1, 1, '{}', 'old', '{}', 'f', now(), 0, -5)"
    )
    report = await rebuild(live.settings)
    assert "reject" not in report.differences


async def test_the_rebuilt_tables_take_the_place_of_the_live_ones_while_these_are_filled(
    live: Live,
) -> None:
    async with live.projection():
        code, said = await live.command("rebuild", "--switch")
        assert (code, "The rebuilt tables are live now." in said) == (0, True)
        task = await live.publish(submitted, started, completed(0))
        await live.status(task, "completed")
    engine = create_engine(live.settings.libpq_url)
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT to_regclass('read_before.task')::text")) is not None
    await engine.dispose()
    report = await rebuild(live.settings)
    assert report.differences == {}


async def test_what_was_live_before_is_live_again_and_catches_up(live: Live) -> None:
    async with live.projection():
        old = await live.publish(submitted, started)
        await live.status(old, "running")
        await rebuild(live.settings, switch=True)
        new = await live.publish(submitted, started, completed(0))
        await live.status(new, "completed")
        assert await rolled_back(live.settings)
        await live.status(new, "completed")
        await live.until(
            'SELECT count(*)::int FROM projection_offset WHERE log_end - 1 > "offset"', rows=[(0,)]
        )
    assert (await rebuild(live.settings)).differences == {}


async def test_a_rebuild_that_is_killed_leaves_the_live_tables_and_the_next_one_is_whole(live: Live) -> None:
    async with live.projection():
        for kill_after in (0.3, 0.8, 1.2, 1.6, 2.0):
            await live.killed("rebuild", "--switch", seconds=kill_after)
            task = await live.publish(submitted, started)
            await live.status(task, "running")
    assert (await rebuild(live.settings)).differences == {}


async def test_one_task_is_mended_alone(live: Live) -> None:
    async with live.projection():
        broken = await live.publish(submitted, started, batch(1), batch(2))
        other = await live.publish(submitted, started)
        await live.status(broken, "running")
        await live.status(other, "running")
        value, headers = encode(envelope(batch(2), task_id=broken, actor="system:importer-1"))
        await live.append(TASKS, broken.encode(), value, headers)
        await live.until("SELECT actor FROM process_hour", rows=[("system:importer-1",)])
        live.rows("TRUNCATE process_hour")
        live.rows("DELETE FROM batch WHERE task_id = %s", broken)
        live.rows("UPDATE task SET status = 'failed' WHERE id = %s", broken)
        before = live.rows("TABLE task_count")
        changed = (await repair(live.settings, UUID(broken))).changed
        assert changed == {"task": 2, "batch": 2}
        assert live.rows("SELECT actor FROM process_hour") == [("system:importer-1",)]
        assert (await repair(live.settings, UUID(broken))).changed == {}
        assert not (await repair(live.settings, UUID(new_id()))).known
        await live.publish(batch(3), source_read(300, 3), completed(300), task_id=broken)
        await live.status(broken, "completed")
    assert before != live.rows("TABLE task_count")
    # The status was changed behind the counters' back: they lack what the mended row has.
    live.rows(
        "UPDATE task_count c SET n = (SELECT count(*) FROM task t"
        " WHERE (t.partition, t.status) = (c.partition, c.status))"
    )
    assert (await rebuild(live.settings)).differences == {}


async def test_the_standing_says_lag_heartbeat_and_versions(live: Live) -> None:
    async with live.projection():
        task = await live.publish(submitted)
        await live.status(task, "pending")
        await rebuild(live.settings)
        await live.until("SELECT count(*)::int FROM projection_offset WHERE seen_at IS NULL", rows=[(0,)])
        found = await standing(live.settings)
    assert (found.heartbeat is not None, len(found.places)) == (True, 24)
    tasks = {version.schema: version.tasks for version in found.versions}
    assert tasks["read"] == tasks["read_rebuilt"] > 0
