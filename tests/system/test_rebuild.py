"""The read models are made of the log and nothing else: made anew they are the same."""

import os
import subprocess
import sys
from typing import Any

import psycopg
import pytest

from stack.environment import ROOT
from tests.system.books import check_imported
from tests.system.client import Client
from tests.system.conftest import Making
from tests.system.guarded import environment
from tests.system.running import RunningStack

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

TABLES = ("task", "attempt", "batch", "reject", "task_event")


def rebuilt(stack: RunningStack, *arguments: str) -> subprocess.CompletedProcess[str]:
    """``tidemark projections rebuild``."""
    return subprocess.run(
        [sys.executable, "-m", "cli.main", "projections", "rebuild", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        cwd=ROOT,
        env=environment(TIDEMARK_HOME=str(stack.home), COLUMNS="200"),
    )


def rows_of(connection: psycopg.Connection[Any], schema: str, table: str) -> list[str]:
    """Every row of a table as text."""
    found = connection.execute(f"SELECT t::text FROM {schema}.{table} t ORDER BY 1")
    return [text for (text,) in found]


@pytest.fixture
def history(manager: Client, made: Making) -> list[str]:
    """Tasks that ended in different ways."""
    partial = manager.started(made(300, bad=["nul_byte", "date_missing"]).path)
    failed = manager.started(b"1CClientBankExchange\r\n\r\n" + os.urandom(8).hex().encode())
    stopped = manager.started(made(5_000).path, params={"batch_size": 10})
    manager.http.post(f"/tasks/{stopped}/cancel")
    tasks = [partial, failed, stopped]
    for task_id in tasks:
        manager.finished(task_id)
    return tasks


def test_rebuilt_from_offset_0_equals_live(
    stack: RunningStack, manager: Client, made: Making, history: list[str]
) -> None:
    done = rebuilt(stack)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "rebuilt equals live, row by row" in done.stdout
    with stack.database() as connection:
        for table in TABLES:
            live = rows_of(connection, "read", table)
            assert live
            assert live == rows_of(connection, "read_rebuilt", table)

    before = [manager.task(task_id) for task_id in history]
    switched = rebuilt(stack, "--switch")
    assert switched.returncode == 0, switched.stdout + switched.stderr
    assert [manager.task(task_id) for task_id in history] == before
    # The live projection goes on from where the rebuilt tables stand.
    file = made(500)
    check_imported(stack, manager, manager.started(file.path), file)
