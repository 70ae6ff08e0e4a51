"""How long topics are kept is the broker's word, and can be changed without touching what else was set."""

from datetime import timedelta

import pytest

from events.topics import BATCHES, TASKS, topic_specs
from infra.kafka import ensure_topics
from infra.retention import retentions, set_retention
from tests.waiting import until_async

pytestmark = pytest.mark.integration


async def test_the_broker_says_how_long_each_topic_is_kept(kafka_bootstrap: str, namespace: str) -> None:
    await ensure_topics(kafka_bootstrap, topic_specs(namespace, retention_days=3))
    wanted = [namespace + name for name in (TASKS, *BATCHES.values(), "nobody.made.this")]
    assert await retentions(kafka_bootstrap, wanted) == {
        namespace + TASKS: None,
        **{namespace + name: timedelta(days=3) for name in BATCHES.values()},
    }


async def test_it_is_changed_for_topics_that_are_there_and_nothing_else_is(
    kafka_bootstrap: str, namespace: str
) -> None:
    specs = topic_specs(namespace, retention_days=3)
    await ensure_topics(kafka_bootstrap, specs)
    shorter = {spec.name: "3600000" for spec in specs if spec.holds_rows}
    assert len(shorter) == len(BATCHES) + 1, "rejected rows too"
    assert sorted(await set_retention(kafka_bootstrap, shorter)) == sorted(shorter)

    async def told() -> bool:
        found = await retentions(kafka_bootstrap, shorter)
        return set(found.values()) == {timedelta(hours=1)}

    await until_async(told, "the broker tells of it")
    assert await set_retention(kafka_bootstrap, shorter) == [], "a second time there is nothing to change"
    assert await _packing(kafka_bootstrap, namespace + BATCHES["low"]) == "producer"


async def _packing(bootstrap: str, topic: str) -> str:
    """What batches are packed by: zstd already, the broker must not do it again."""
    from aiokafka.admin import AIOKafkaAdminClient
    from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        [answer] = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    finally:
        await admin.close()
    [(_, _, _, _, entries)] = answer.resources
    return str(next(value for name, value, *_ in entries if name == "compression.type"))
