"""Which topics there are, what they keep, and where an event belongs."""

from pathlib import Path

import orjson
import pytest

from events.base import Event
from events.contract import asyncapi
from events.generate import SCHEMAS, contracts, main
from events.registry import EVENTS, is_task_event
from events.rows import BatchRecorded
from events.topics import message_key, topic_of, topic_specs
from tests.events.samples import FULL, TASK

TOPICS = ("tasks", "batches.high", "batches.normal", "batches.low", "rejects", "audit.roots")


def test_every_topic_has_twelve_partitions() -> None:
    specs = {spec.name: spec.partitions for spec in topic_specs()}
    assert specs == dict.fromkeys(TOPICS, 12)


def test_tasks_are_kept_for_ever_and_rows_for_thirty_days() -> None:
    kept = {spec.name: spec.config["retention.ms"] for spec in topic_specs()}
    assert {kept.pop("tasks"), kept.pop("audit.roots")} == {"-1"}
    assert set(kept.values()) == {"2592000000"}
    assert {s.config["retention.ms"] for s in topic_specs(retention_days=1)} == {"-1", "86400000"}


def test_what_the_reader_packed_is_not_packed_again() -> None:
    packed = {spec.name: spec.config["compression.type"] for spec in topic_specs()}
    assert packed == {
        "tasks": "zstd",
        "batches.high": "producer",
        "batches.normal": "producer",
        "batches.low": "producer",
        "rejects": "zstd",
        "audit.roots": "zstd",
    }


@pytest.mark.parametrize(("replication", "flush", "in_sync"), [(1, "1", "1"), (2, None, "1"), (3, None, "2")])
def test_one_broker_writes_through_and_several_wait_for_each_other(
    replication: int, flush: str | None, in_sync: str
) -> None:
    tasks = topic_specs(replication=replication)[0]
    assert tasks.replication == replication
    assert tasks.config.get("flush.messages") == flush
    assert tasks.config["min.insync.replicas"] == in_sync


def test_a_prefix_keeps_two_installations_apart() -> None:
    assert all(spec.name.startswith("test-1.") for spec in topic_specs(prefix="test-1."))


@pytest.mark.parametrize("event", FULL, ids=lambda event: event.type)
def test_every_event_has_one_kind_of_topic(event: Event) -> None:
    homes = {spec.name for spec in topic_specs() if event.type in spec.carries}
    expected = {topic_of(event, priority) for priority in ("high", "normal", "low")}
    assert homes == expected
    assert topic_of(event, prefix="p.") in {spec.name for spec in topic_specs("p.")}
    assert is_task_event(event) == (homes == {"tasks"})


def test_batches_of_a_task_spread_and_its_other_events_stay_in_order() -> None:
    keys = {event.type: message_key(event, TASK).decode() for event in FULL}
    assert keys.pop("batch.recorded.v1") == f"{TASK}/2"
    assert keys.pop("audit.root_signed.v1") == "3"
    assert set(keys.values()) == {TASK}


def test_the_published_document_names_every_event_and_leads_nowhere_else() -> None:
    document = asyncapi()
    text = orjson.dumps(document).decode()
    assert set(document["components"]["messages"]) == set(EVENTS)
    for reference in text.split('"$ref":"')[1:]:
        target: object = document
        for part in reference.split('"')[0].removeprefix("#/").split("/"):
            assert isinstance(target, dict)
            target = target[part]
        assert target


def test_a_batch_is_a_message_and_says_so() -> None:
    message = asyncapi()["components"]["messages"][BatchRecorded.model_fields["type"].default]
    assert message["bindings"]["kafka"]["key"]["description"].startswith("Id of the task, a slash")


def test_generating_drops_what_is_retired(tmp_path: Path) -> None:
    retired = tmp_path / SCHEMAS / "task.retired.v0.json"
    retired.parent.mkdir(parents=True)
    retired.write_text("{}", encoding="utf-8")
    main(tmp_path)
    assert set(tmp_path.rglob("*.json")) == set(contracts(tmp_path))
