"""What stands in a topic, for tests."""

from aiokafka import AIOKafkaConsumer, TopicPartition

from events.cloudevents import Envelope, decode
from infra.kafka import decompress


async def read_all(bootstrap: str, topic: str) -> list[Envelope]:
    """Every event of a topic from the first to the end it has now, partition by partition."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, fetch_max_wait_ms=50)
    await consumer.start()
    try:
        await consumer._client.force_metadata_update()
        numbers = consumer.partitions_for_topic(topic) or set()
        partitions = [TopicPartition(topic, number) for number in sorted(numbers)]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        ends = await consumer.end_offsets(partitions)
        found: list[Envelope] = []
        for partition in partitions:
            while await consumer.position(partition) < ends[partition]:
                for message in (await consumer.getmany(partition, timeout_ms=200)).get(partition, []):
                    found.append(decode(message.value, message.headers, decompress=decompress))
        return found
    finally:
        await consumer.stop()
