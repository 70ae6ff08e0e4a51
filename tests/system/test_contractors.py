"""All contractors of 1C over the real API: exact, whatever is killed meanwhile."""

import os
import signal

import pytest

from tests.system.books import VERDICTS, wait_for_the_middle
from tests.system.client import Client
from tests.system.onec import CONTRACTORS
from tests.system.running import RunningStack

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

FOLDERS = 1
_FOUND = """
SELECT count(*), count(DISTINCT key), min(row_no), max(row_no) FROM contractor WHERE task_id = %s
"""


def begun(client: Client) -> str:
    answer = client.http.post("/sync-1c/contractors/sync-async")
    assert answer.status_code == 202, answer.text
    return str(answer.json()["task_id"])


def counted(client: Client, task_id: str, **expected: int) -> None:
    task = client.finished(task_id)
    assert (task["status"], task["outcome"], task["error"]) == ("completed", "clean", None)
    assert task["counts"] == dict.fromkeys(VERDICTS, 0) | expected | {"skipped": FOLDERS}


def test_an_importer_killed_in_the_middle_changes_nothing(stack: RunningStack, manager: Client) -> None:
    before = stack.pids()["importer-1"]
    task_id = begun(manager)
    with stack.database() as connection:
        wait_for_the_middle(connection, task_id, 2)
        os.kill(before, signal.SIGKILL)
        counted(manager, task_id, created=CONTRACTORS)
        found = connection.execute(_FOUND, [task_id]).fetchone()
    assert found == (CONTRACTORS, CONTRACTORS, 1, CONTRACTORS)
    stack.wait_until_restarted("importer-1", before)

    # Once more: DataVersion says that nothing has changed.
    counted(manager, begun(manager), unchanged=CONTRACTORS)
    page = manager.get("/contractors", q="Ромашка", limit=5)
    assert len(page["items"]) == 5
    assert all("Ромашка" in row["name"] for row in page["items"])
