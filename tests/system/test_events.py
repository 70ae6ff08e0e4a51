"""The log is readable without our code: any Kafka client sees what happened to a task."""

import json
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import pytest

from tests.system.client import Client
from tests.system.conftest import Making
from tests.system.log import Message, messages_of
from tests.system.running import RunningStack

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

DOCUMENTS = 350


@pytest.fixture
def task_id(manager: Client, made: Making) -> str:
    """A task that has ended with one rejected row."""
    found = manager.started(made(DOCUMENTS, bad=["date_impossible"]).path)
    assert manager.finished(found)["outcome"] == "partial"
    return found


def test_a_plain_consumer_reads_a_task_from_submission_to_completion(
    stack: RunningStack, manager: Client, task_id: str
) -> None:
    log = messages_of(stack.kafka, "tasks", task_id)
    types = [message.type for message in log]
    assert types[0] == "task.submitted.v1"
    assert types[-1] == "task.completed.v1"
    assert types.index("task.started.v1") < types.index("task.progressed.v1")
    assert types.index("task.progressed.v1") < types.index("task.source_read.v1")
    assert set(types) == {
        "task.submitted.v1",
        "task.started.v1",
        "task.progressed.v1",
        "task.source_read.v1",
        "task.batch_imported.v1",
        "task.completed.v1",
    }
    for message in log:
        check_cloudevent(message, task_id)
    by_type = {message.type: message.data for message in log}
    assert by_type["task.submitted.v1"]["kind"] == "bank_transactions"
    assert by_type["task.source_read.v1"]["rows"] == DOCUMENTS
    assert by_type["task.completed.v1"]["totals"]["created"] == DOCUMENTS - 1
    batches = [message.data for message in log if message.type == "task.batch_imported.v1"]
    assert sum(batch["created"] + batch["rejected"] for batch in batches) == DOCUMENTS
    [total] = by_type["task.source_read.v1"]["controls"]
    assert Decimal(total["in_stated"]) == Decimal(total["in_found"])


def check_cloudevent(message: Message, task_id: str) -> None:
    """CloudEvents 1.0 in binary mode, every attribute a header."""
    headers = message.headers
    assert message.key == headers["ce_subject"] == headers["ce_correlationid"] == task_id
    assert (headers["ce_specversion"], headers["content-type"]) == ("1.0", "application/json")
    assert headers["ce_source"].startswith("/tidemark/")
    assert headers["ce_actor"].startswith(("user:", "system:"))
    assert datetime.fromisoformat(headers["ce_time"]).tzinfo is not None
    UUID(headers["ce_id"])


def test_each_answer_names_what_it_follows_from(stack: RunningStack, task_id: str) -> None:
    log = messages_of(stack.kafka, "tasks", task_id)
    ids = {message.headers["ce_id"] for message in log}
    answers = [message for message in log if message.headers["ce_source"] == "/tidemark/conductor"]
    assert [answer.type for answer in answers] == ["task.started.v1", "task.completed.v1"]
    assert {answer.headers["ce_causationid"] for answer in answers} <= ids
    assert [answer.data["seq"] for answer in answers] == sorted({a.data["seq"] for a in answers})


def test_what_is_kept_for_ever_names_nobody(stack: RunningStack, manager: Client, task_id: str) -> None:
    """Rows, names, accounts and file names are on topics that forget, or in PostgreSQL."""
    text = "\n".join(m.value.decode() for m in messages_of(stack.kafka, "tasks", task_id))
    shown = manager.get("/bank-transactions", task_id=task_id, limit=5)["items"]
    for row in shown:
        for personal in (row["account"], row["counterparty"]["name"], row["counterparty"]["inn"]):
            assert personal not in text
            assert json.dumps(personal) not in text
    assert manager.task(task_id)["params"]["file_name"] not in text


def test_a_rejected_row_is_readable_too(stack: RunningStack, task_id: str) -> None:
    [message] = messages_of(stack.kafka, "rejects", task_id)
    assert message.type == "row.rejected.v1"
    check_cloudevent(message, task_id)
    assert (message.data["row_no"], message.data["code"]) == (DOCUMENTS // 2 + 1, "date_impossible")
    assert message.data["raw"]["Дата"] == "31.02.2025"
