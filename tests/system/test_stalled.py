"""A worker that stands still is replaced without a person, and counts nothing twice when it wakes up."""

import sys
from pathlib import Path

import pytest

from tests.system.books import check_imported, wait_for_the_middle
from tests.system.client import Client
from tests.system.conftest import Making
from tests.system.guarded import started
from tests.system.log import messages_of
from tests.system.running import RunningStack, standing_still
from tests.waiting import until

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

DOCUMENTS = 60_000


def importers_of(stack: RunningStack, client: Client, made: Making) -> set[str]:
    """Who takes part in an import of fifty batches."""
    file = made(500)
    task_id = client.started(file.path, params={"batch_size": 10})
    check_imported(stack, client, task_id, file)
    return {batch["worker"] for batch in client.every(f"/tasks/{task_id}/batches")}


def test_an_importer_that_stands_still(stack: RunningStack, manager: Client, made: Making) -> None:
    """Kafka gives its partitions to the other one when its session of 10 s has run out."""
    file = made(DOCUMENTS)
    pid = stack.pids()["importer-1"]
    task_id = manager.started(file.path)
    with stack.database() as connection:
        wait_for_the_middle(connection, task_id)
    with standing_still(pid):
        assert manager.finished(task_id)["status"] == "completed"
    both = {"importer-1", "importer-2"}
    until(lambda: importers_of(stack, manager, made) == both, "importer-1 takes part again", 120)
    check_imported(stack, manager, task_id, file)


def test_a_reader_that_stands_still(
    stack: RunningStack, manager: Client, made: Making, tmp_path: Path
) -> None:
    """Another reader, on this machine or the next, takes its lease of 10 s over."""
    file = made(DOCUMENTS)
    other = started(
        [sys.executable, "-m", "processors.reader.main"],
        tmp_path / "reader-2.log",
        stack.environment_of("reader", TIDEMARK_WORKER="reader-2"),
    )
    try:
        task_id = manager.started(file.path)
        with stack.database() as connection:
            wait_for_the_middle(connection, task_id)
            found = connection.execute(
                "SELECT split_part(holder, '/', 1) FROM read_lease WHERE task_id = %s AND state = 'held'",
                [task_id],
            ).fetchone()
        assert found is not None
        [holder] = found
        with standing_still(other.pid if holder == "reader-2" else stack.pids()["reader"]):
            assert manager.finished(task_id)["status"] == "completed"
        check_imported(stack, manager, task_id, file)
        [stalled] = [m for m in messages_of(stack.kafka, "tasks", task_id) if m.type == "task.stalled.v1"]
        assert {stalled.data["worker"], stalled.data["successor"]} == {"reader", "reader-2"}
        assert stalled.data["worker"] == holder
        # Awake again, both do their work.
        file = made(500)
        check_imported(stack, manager, manager.started(file.path), file)
    finally:
        other.terminate()
        other.wait(20)
