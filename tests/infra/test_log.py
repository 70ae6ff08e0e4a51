"""Kafka as we use it: topics with their real settings and ids, publishing that says when it cannot."""

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from events.topics import topic_specs
from infra.kafka import LogUnavailable, Publisher, compress, decompress, ensure_topics
from infra.topic_ids import topic_ids

pytestmark = pytest.mark.integration


async def test_topics_are_made_with_their_real_settings(kafka_bootstrap: str, namespace: str) -> None:
    specs = topic_specs(namespace)
    await ensure_topics(kafka_bootstrap, specs)
    await ensure_topics(kafka_bootstrap, specs)
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    try:
        described = {topic["topic"]: topic for topic in await admin.describe_topics([s.name for s in specs])}
        answers = await admin.describe_configs(
            [ConfigResource(ConfigResourceType.TOPIC, spec.name) for spec in specs]
        )
    finally:
        await admin.close()
    configs = {
        name: {entry[0]: entry[1] for entry in entries}
        for answer in answers
        for _, _, _, name, entries in answer.resources
    }
    for spec in specs:
        assert len(described[spec.name]["partitions"]) == spec.partitions
        assert {key: configs[spec.name][key] for key in spec.config} == dict(spec.config)
    assert configs[namespace + "tasks"]["retention.ms"] == "-1"


async def test_a_topic_made_anew_has_another_id(kafka_bootstrap: str, namespace: str) -> None:
    [spec, *_] = topic_specs(namespace + "anew.")
    await ensure_topics(kafka_bootstrap, [spec])
    first = await topic_ids(kafka_bootstrap, [spec.name, "no.such.topic"])
    assert list(first) == [spec.name]
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    await admin.delete_topics([spec.name])
    while await topic_ids(kafka_bootstrap, [spec.name]):
        pass
    await admin.close()
    await ensure_topics(kafka_bootstrap, [spec])
    second: dict[str, str] = {}
    while not second:
        second = await topic_ids(kafka_bootstrap, [spec.name])
    assert second[spec.name] != first[spec.name]


async def test_without_a_broker_publishing_says_so_in_time() -> None:
    publisher = Publisher("127.0.0.1:1", patience=0.5)
    with pytest.raises(LogUnavailable):
        await publisher.send("tasks", b"key", b"value", [])
    await publisher.stop()


def test_what_is_packed_comes_back() -> None:
    assert decompress(compress(b"[1,2,3]" * 100)) == b"[1,2,3]" * 100
