"""The log straight from Kafka: one task from submission to completion, in its order."""

import asyncio
import json
from datetime import UTC, datetime

import pytest

from cli.failures import Failure
from cli.history import positions
from cli.log_reading import born_ms, partition_of
from events.base import Event
from events.cloudevents import Envelope
from events.records import Counts
from events.tasks import TaskCompleted, TaskStarted, TaskSubmitted
from events.topics import TASKS
from infra.clock import new_id
from infra.kafka import Publisher
from infra.settings import Settings
from tests.cli.running import tidemark

pytestmark = pytest.mark.integration

LIFE: tuple[Event, ...] = (
    TaskSubmitted(kind="bank_transactions"),
    TaskStarted(seq=1, attempt=1, worker="conductor"),
    TaskCompleted(seq=2, attempt=1, totals=Counts(created=13), outcome="clean"),
)


@pytest.fixture(scope="module")
def env(settings: Settings) -> dict[str, str]:
    found = {
        "TIDEMARK_HOME": str(settings.home),
        "TIDEMARK_KAFKA": settings.kafka,
        "TIDEMARK_NAMESPACE": settings.namespace,
    }
    assert tidemark("topics", "ensure", env=found).exit_code == 0
    return found


@pytest.fixture(scope="module")
def two_tasks(settings: Settings, env: dict[str, str]) -> tuple[str, str]:
    """The lives of two tasks, one event of each in turn."""
    first, second = new_id(), new_id()

    async def lived() -> None:
        publisher = Publisher(settings.kafka)
        for event in LIFE:
            for task_id in (first, second):
                await publisher.publish(settings.namespace + TASKS, _envelope(task_id, event))
        await publisher.stop()

    asyncio.run(lived())
    return first, second


def _envelope(task_id: str, event: Event) -> Envelope:
    return Envelope(new_id(), datetime.now(UTC), task_id, "user:7", task_id, None, "/test", event)


def test_one_task_from_submission_to_completion(env: dict[str, str], two_tasks: tuple[str, str]) -> None:
    result = tidemark("events", two_tasks[0], "--json", env=env)
    assert result.exit_code == 0
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [event["type"] for event in found] == [event.type for event in LIFE]
    assert {event["subject"] for event in found} == {two_tasks[0]}
    assert [event["data"] for event in found] == [event.data() for event in LIFE]
    assert {event["specversion"] for event in found} == {"1.0"}
    assert {event["partition"] for event in found} == {partition_of(two_tasks[0], 12)}


def test_all_tasks_of_one_type(env: dict[str, str], two_tasks: tuple[str, str]) -> None:
    result = tidemark("events", "--type", "task.completed.v1", env=env)
    assert result.stdout.count("task.completed.v1") == 2
    assert "task.started.v1" not in result.stdout


def test_from_a_position(env: dict[str, str], two_tasks: tuple[str, str]) -> None:
    everything = tidemark("events", two_tasks[0], "--json", env=env).stdout.splitlines()
    last = json.loads(everything[-1])
    result = tidemark(
        "events", two_tasks[0], "--json", "--from", f"{last['partition']}:{last['offset']}", env=env
    )
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == [last["id"]]


def test_a_topic_that_is_not_there(env: dict[str, str]) -> None:
    result = tidemark("events", "--topic", "nonsense", env=env)
    assert result.exit_code == 2
    assert "There is no such topic" in result.stderr


def test_the_api_tells_of_one_task_only(env: dict[str, str]) -> None:
    assert tidemark("events", "--by-api", env=env).exit_code == 2


@pytest.mark.parametrize("text", ["1", "a:b", "1:2:3", "1:-2", "", "-1:0"])
def test_what_is_no_position(text: str) -> None:
    with pytest.raises(Failure):
        positions(text)


def test_positions_of_several_partitions() -> None:
    assert positions("0:41,3:7") == {0: 41, 3: 7}


def test_an_id_says_when_it_was_made() -> None:
    assert born_ms("01900000-0000-7000-8000-000000000001") == 0x019000000000
    assert born_ms("ae5ad25b-1351-5f5c-82ed-e37b8892948e") is None


def test_a_task_that_nobody_knows(env: dict[str, str], two_tasks: tuple[str, str]) -> None:
    result = tidemark("events", new_id(), env=env)
    assert result.exit_code == 2
    assert "The log has no event of this task" in result.stderr
    assert tidemark("events", two_tasks[0], "--type", "task.failed.v1", env=env).exit_code == 0
