"""Does everything agree: the file, the rows, the log, the read models, the API."""

from decimal import Decimal
from typing import Any

import psycopg

from tests.system.client import Client, Json
from tests.system.log import messages_of
from tests.system.running import RunningStack
from tests.system.statements import Statement
from tests.waiting import until

VERDICTS = ("created", "updated", "unchanged", "duplicate", "rejected", "retracted", "skipped")
Turnover = dict[str, tuple[int, Decimal]]


def applied(connection: psycopg.Connection[Any], task_id: str) -> int:
    """Batches of a task that are in the database."""
    return int(_one(connection, "SELECT count(*) FROM applied_batch WHERE task_id = %s", task_id))


def rows(connection: psycopg.Connection[Any], task_id: str) -> int:
    """Bank transactions of a task."""
    return int(_one(connection, "SELECT count(*) FROM bank_transaction WHERE task_id = %s", task_id))


def _one(connection: psycopg.Connection[Any], statement: str, task_id: str) -> Any:
    found = connection.execute(statement, [task_id]).fetchone()
    assert found is not None
    return found[0]


def wait_for_the_middle(connection: psycopg.Connection[Any], task_id: str, batches: int = 5) -> None:
    """Return as soon as some batches are in the database."""
    until(lambda: applied(connection, task_id) >= batches, "the middle of the import", 120)


def check_imported(stack: RunningStack, client: Client, task_id: str, statement: Statement) -> None:
    """Exactly the documents of the file, exact sums, each batch counted once: everywhere."""
    task = client.finished(task_id)
    assert (task["status"], task["outcome"], task["error"]) == ("completed", "clean", None)
    assert task["counts"] == dict.fromkeys(VERDICTS, 0) | {"created": statement.documents}
    wanted = {"in": statement.received, "out": statement.spent}
    with stack.database() as connection:
        assert _in_database(connection, task_id) == wanted
        assert _row_numbers(connection, task_id) == (1, statement.documents, statement.documents)
        _check_batches(stack, connection, task_id, statement.documents)
    _check_control_totals(client, task_id, statement)


def _in_database(connection: psycopg.Connection[Any], task_id: str) -> Turnover:
    found = connection.execute(
        "SELECT direction, count(*), sum(amount) FROM bank_transaction WHERE task_id = %s GROUP BY 1",
        [task_id],
    )
    return {direction: (count, amount) for direction, count, amount in found}


def _row_numbers(connection: psycopg.Connection[Any], task_id: str) -> tuple[int, int, int]:
    found = connection.execute(
        "SELECT min(row_no), max(row_no), count(DISTINCT row_no) FROM bank_transaction WHERE task_id = %s",
        [task_id],
    ).fetchone()
    assert found is not None
    return found[0], found[1], found[2]


def in_the_api(client: Client, task_id: str) -> Turnover:
    """The same by walking through ``GET /bank-transactions``."""
    found: dict[str, list[Decimal]] = {}
    for row in client.every("/bank-transactions", task_id=task_id):
        found.setdefault(row["direction"], []).append(Decimal(row["amount"]))
    return {direction: (len(amounts), sum(amounts, Decimal(0))) for direction, amounts in found.items()}


def _check_batches(
    stack: RunningStack, connection: psycopg.Connection[Any], task_id: str, documents: int
) -> None:
    """A batch may be in the log twice (with one id and one content), and counts once."""
    log = messages_of(stack.kafka, "tasks", task_id)
    told = {m.data["batch_no"]: m for m in log if m.type == "task.batch_imported.v1"}
    ids = {
        (m.data["batch_no"], m.headers["ce_id"], m.value) for m in log if m.type == "task.batch_imported.v1"
    }
    assert len(ids) == len(told)
    assert {m.data["attempt"] for m in told.values()} == {1}
    in_log = {number: m.data["created"] for number, m in told.items()}
    in_database = dict(
        connection.execute(
            "SELECT batch_no, counts[1] FROM applied_batch WHERE task_id = %s AND counts[1] = ALL ("
            "SELECT sum(n) FROM unnest(counts) n)",
            [task_id],
        ).fetchall()
    )
    shown = connection.execute("SELECT batch_no, created, rows FROM read.batch WHERE task_id = %s", [task_id])
    in_read_model = {number: created for number, created, rows in shown if created == rows}
    assert in_log == in_database == in_read_model
    assert sorted(in_log) == list(range(1, len(in_log) + 1))
    assert sum(in_log.values()) == documents
    ends = {m.headers["ce_id"]: m for m in log if m.type == "task.completed.v1"}
    assert [m.data["totals"]["created"] for m in ends.values()] == [documents]


def _check_control_totals(client: Client, task_id: str, statement: Statement) -> None:
    [attempt] = client.every(f"/tasks/{task_id}/attempts")
    assert sum(attempt["counts"].values()) == attempt["rows"] == statement.documents
    [total] = attempt["totals"]
    assert (total["turnover"], total["closing"]) == ("adds_up", "adds_up")
    assert Decimal(total["in_found"]) == Decimal(total["in_stated"]) == statement.received[1]
    assert Decimal(total["out_found"]) == Decimal(total["out_stated"]) == statement.spent[1]


def check_counts_are_rows(stack: RunningStack, task: Json) -> None:
    """What a task says it has created is what is there, however it ended."""
    with stack.database() as connection:
        assert rows(connection, task["id"]) == task["counts"]["created"]
