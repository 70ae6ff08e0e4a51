"""The projection on the real servers: everything once, whatever comes twice or goes away."""

import time

import psycopg
import pytest

from events.rows import RowCorrected, RowRejected
from events.tasks import TaskPurged
from tests.projections.live import Live
from tests.projections.story import batch, completed, source_read, started, submitted

pytestmark = pytest.mark.integration

rejected = RowRejected(
    attempt=1,
    batch_no=1,
    row_no=41,
    raw={"Сумма": "12,3\0,4"},
    field="Сумма",
    code="bad_sum",
    fingerprint="f",
)


async def test_an_import_is_seen_from_submission_to_completion(live: Live) -> None:
    async with live.projection():
        task = await live.publish(submitted, started, batch(1), batch(2), source_read(200, 2), completed(200))
        await live.status(task, "completed")
    assert live.rows("SELECT counts ->> 'created', outcome FROM task WHERE id = %s", task) == [
        ("200", "clean")
    ]
    assert live.rows("SELECT batch_no, rows FROM batch WHERE task_id = %s ORDER BY 1", task) == [
        (1, 100),
        (2, 100),
    ]
    assert live.rows("SELECT count(*) FROM task_event WHERE task_id = %s", task) == [(6,)]
    assert live.rows("SELECT status, rows FROM attempt WHERE task_id = %s", task) == [("completed", 200)]


async def test_a_batch_that_is_in_the_log_twice_counts_once(live: Live) -> None:
    async with live.projection():
        task = await live.publish(submitted, started, batch(1), batch(1))
        await live.publish(batch(1), started, batch(2), source_read(200, 2), completed(200), task_id=task)
        await live.status(task, "completed")
    assert live.rows("SELECT counts ->> 'created' FROM task WHERE id = %s", task) == [("200",)]
    assert live.rows("SELECT count(*) FROM task_event WHERE task_id = %s", task) == [(6,)]


async def test_what_came_while_nothing_ran_is_made_up_for(live: Live) -> None:
    async with live.projection():
        task = await live.publish(submitted, started)
        await live.status(task, "running")
    await live.publish(batch(1), source_read(100, 1), completed(100), task_id=task)
    async with live.projection():
        await live.status(task, "completed")


async def test_rejected_rows_are_kept_with_what_is_in_them_and_their_correction(live: Live) -> None:
    async with live.projection():
        task = await live.publish(submitted, started)
        await live.publish_rejects(task, rejected, rejected)
        await live.until("SELECT raw ->> 'Сумма' FROM reject WHERE task_id = %s", task, rows=[("12,3␀,4",)])
        await live.publish_rejects(task, RowCorrected(attempt=1, row_no=41, raw={"Сумма": "12,34"}))
        await live.until(
            "SELECT corrected ->> 'Сумма' FROM reject WHERE task_id = %s", task, rows=[("12,34",)]
        )


async def test_of_corrections_the_latest_stays_however_they_come(live: Live) -> None:
    async with live.projection():
        task = await live.publish(submitted, started)
        await live.publish_rejects(task, rejected)
        for seconds in ((2,), (1,), (4, 3)):
            await live.publish_corrections(task, 41, *seconds)
        await live.publish_rejects(task, rejected.model_copy(update={"row_no": 42}))
        await live.until(
            "SELECT corrected ->> 'second' FROM reject WHERE task_id = %s ORDER BY row_no",
            task,
            rows=[("4",), (None,)],
        )


async def test_tasks_are_counted_by_status(live: Live) -> None:
    count = "SELECT COALESCE(sum(n), 0)::int FROM task_count WHERE status = %s"
    before = {s: live.rows(count, s)[0][0] for s in ("pending", "running", "completed")}
    async with live.projection():
        await live.publish(submitted)
        await live.publish(submitted, started)
        done = await live.publish(submitted, started, completed(0))
        await live.until(count, "completed", rows=[(before["completed"] + 1,)])
        await live.until(count, "running", rows=[(before["running"] + 1,)])
        await live.until(count, "pending", rows=[(before["pending"] + 1,)])
        await live.publish(TaskPurged(seq=3), task_id=done)
        await live.until(count, "completed", rows=[(before["completed"],)])


async def test_a_purged_task_leaves_everything_but_its_history(live: Live) -> None:
    async with live.projection():
        task = await live.publish(submitted, started, batch(1))
        await live.publish_rejects(task, rejected)
        await live.until("SELECT count(*)::int FROM reject WHERE task_id = %s", task)
        await live.publish(completed(100), TaskPurged(seq=3), batch(2), task_id=task)
        await live.until("SELECT 1 FROM purged_task WHERE id = %s", task)
    for table in ("task", "attempt", "batch", "reject"):
        column = "id" if table == "task" else "task_id"
        assert live.rows(f"SELECT count(*) FROM {table} WHERE {column} = %s", task) == [(0,)]
    assert live.rows("SELECT count(*) FROM task_event WHERE task_id = %s", task) == [(5,)]


async def test_a_message_that_is_no_event_is_set_aside_and_stops_nothing(live: Live) -> None:
    async with live.projection():
        task = await live.publish(submitted)
        await live.append("tasks", task.encode(), b"not an event", [])
        await live.publish(started, task_id=task)
        await live.status(task, "running")
    assert ("not_a_cloudevent",) in live.rows("SELECT reason FROM unreadable")


async def test_a_lost_database_connection_loses_nothing(live: Live) -> None:
    async with live.projection():
        task = await live.publish(submitted, started)
        await live.status(task, "running")
        live.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await live.publish(batch(1), source_read(100, 1), completed(100), task_id=task)
        await live.status(task, "completed")


async def test_a_second_process_shares_the_partitions_and_takes_over(live: Live) -> None:
    async with live.projection() as first:
        tasks = [await live.publish(submitted, started) for _ in range(20)]
        async with live.projection():
            more = [await live.publish(submitted, started, completed(0)) for _ in range(20)]
            for task in more:
                await live.status(task, "completed")
            first.cancel()
            for task in tasks:
                await live.publish(completed(0), task_id=task)
            for task in tasks:
                await live.status(task, "completed")
    assert live.rows("SELECT count(*)::int FROM task WHERE id = ANY(%s::uuid[])", tasks + more) == [(40,)]


async def test_an_event_is_visible_within_milliseconds(live: Live) -> None:
    """p50 is 4 ms on two idle cores; here other tests run beside."""
    async with live.projection(), await psycopg.AsyncConnection.connect(live.settings.libpq_url) as listener:
        await listener.set_autocommit(True)
        await live.status(await live.publish(submitted), "pending")
        await listener.execute("LISTEN tidemark_tasks")
        taken = []
        for _ in range(30):
            begin = time.perf_counter()
            task = await live.publish(submitted)
            await anext(listener.notifies(timeout=10, stop_after=1))
            taken.append(time.perf_counter() - begin)
            assert live.rows("SELECT 1 FROM task WHERE id = %s", task) == [(1,)]
    assert sorted(taken)[15] < 0.1


async def test_after_a_restored_backup_the_log_tells_what_is_missing(live: Live) -> None:
    """The offsets go back with the rows, and a projection that runs notices by the next event."""
    async with live.projection():
        tasks = [await live.publish(submitted, started, batch(1)) for _ in range(12)]
        for task in tasks:
            await live.status(task, "running")
        live.rows("TRUNCATE task, attempt, batch, task_event, task_count, unreadable, purged_task")
        live.rows('UPDATE projection_offset SET "offset" = -1 WHERE topic LIKE %s', "%tasks")
        await live.publish(completed(100), task_id=tasks[0])
        await live.status(tasks[0], "completed")
        for task in tasks[1:]:
            await live.status(task, "running")
    found = live.rows("SELECT DISTINCT counts ->> 'created' FROM task WHERE id = ANY(%s::uuid[])", tasks)
    assert found == [("100",)]
