"""Any one process may be killed in the middle of an import: it completes by itself, exactly."""

import os
import signal
from datetime import UTC, datetime

import pytest

from tests.system.books import applied, check_imported, in_the_api, wait_for_the_middle
from tests.system.client import Client
from tests.system.conftest import Making
from tests.system.running import RunningStack
from tests.waiting import until

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

WHOLE, PART = 100_000, 30_000


def killed_in_the_middle(
    stack: RunningStack, client: Client, made: Making, process: str, documents: int, number: signal.Signals
) -> None:
    """Import a statement, end a process on the way, and check everything there is to check."""
    file = made(documents)
    before = stack.pids()[process]
    task_id = client.started(file.path)
    with stack.database() as connection:
        wait_for_the_middle(connection, task_id)
        os.kill(before, number)
        killed_at = datetime.now(UTC)
    stack.wait_until_restarted(process, before)
    check_imported(stack, client, task_id, file)
    if documents == PART:
        assert in_the_api(client, task_id) == {"in": file.received, "out": file.spent}
    with stack.database() as connection:
        after = connection.execute(
            "SELECT count(*) FROM applied_batch WHERE task_id = %s AND applied_at > %s", [task_id, killed_at]
        ).fetchone()
        assert after is not None
        assert 0 < after[0] < applied(connection, task_id)


SIZES = {
    "importer-1": WHOLE,
    "reader": PART,
    "conductor": PART,
    "projections": PART,
    "api": PART,
    "kafka": WHOLE,
    "postgres": PART,
}


@pytest.mark.parametrize("process", SIZES)
def test_kill_9_of_any_one_process(stack: RunningStack, manager: Client, made: Making, process: str) -> None:
    killed_in_the_middle(stack, manager, made, process, SIZES[process], signal.SIGKILL)


def test_postgres_restarted_immediately(stack: RunningStack, manager: Client, made: Making) -> None:
    """What ``pg_ctl stop -m immediate`` does: SIGQUIT, no checkpoint, recovery at the next start."""
    killed_in_the_middle(stack, manager, made, "postgres", WHOLE, signal.SIGQUIT)


IMPORTERS = ("importer-1", "importer-2")
# Longer than Faust waits between two commits of offsets (1 s): what was acknowledged by then is gone.
_HOLD_A_BATCH = """
SELECT count(DISTINCT application_name) FROM pg_stat_activity
WHERE application_name LIKE 'importer-%' AND wait_event_type = 'Lock'
  AND query_start < now() - interval '2.5 s'
"""


def test_importers_killed_between_the_rows_and_the_commit(
    stack: RunningStack, manager: Client, made: Making
) -> None:
    """Both hold a batch whose rows are written and not committed: both batches come again."""
    file = made(PART)
    before = stack.pids()
    with stack.database() as seen, stack.database() as connection, connection.transaction():
        # Everything but the last statement of a batch gets through.
        connection.execute("LOCK TABLE applied_batch IN EXCLUSIVE MODE")
        task_id = manager.started(file.path)
        until(lambda: seen.execute(_HOLD_A_BATCH).fetchone() == (2,), "both hold a batch", 60)
        for name in IMPORTERS:
            os.kill(before[name], signal.SIGKILL)
    for name in IMPORTERS:
        stack.wait_until_restarted(name, before[name])
    check_imported(stack, manager, task_id, file)
