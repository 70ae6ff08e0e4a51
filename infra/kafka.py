"""Kafka for everybody who is not a Faust agent: publishing, making topics, knowing their ids."""

import asyncio
import logging
import time
from collections.abc import Iterable, Sequence

import cramjam
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, TopicAlreadyExistsError, for_code
from aiokafka.structs import RecordMetadata

from domain.retry import delay
from events.cloudevents import Envelope, Headers, encode
from events.topics import TopicSpec, message_key
from infra.topic_ids import topic_ids

log = logging.getLogger(__name__)

ZSTD_LEVEL = 1
_TOPICS_KNOWN_WITHIN = 30.0
_BATCH_BYTES = 512 * 1024


class LogUnavailable(Exception):
    """The broker did not acknowledge in time. What was sent may still arrive: publish it again
    under the same event id and it counts once."""


def compress(value: bytes) -> bytes:
    """zstd at level 1: 1 MB of bank documents becomes about 90 KB in 2 ms."""
    return bytes(cramjam.zstd.compress(value, level=ZSTD_LEVEL))


def decompress(value: bytes) -> bytes:
    return bytes(cramjam.zstd.decompress(value))


class Publisher:
    """Our own idempotent producer: returns when every in-sync replica has the message.

    ``patience`` seconds without an ack raise LogUnavailable; ``publish_patiently`` never gives up,
    because a worker that cannot publish has nothing better to do.
    """

    def __init__(self, bootstrap: str, *, client_id: str = "tidemark", patience: float = 5.0) -> None:
        self._bootstrap = bootstrap
        self._client_id = client_id
        self._patience = patience
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()

    async def start(self) -> None:
        """Connect; raises LogUnavailable where no broker answers."""
        await self._connected()

    async def stop(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.stop()

    async def publish(self, topic: str, envelope: Envelope) -> RecordMetadata:
        """Append one event, keyed as its topic asks."""
        value, headers = encode(envelope)
        return await self.send(topic, message_key(envelope.event, envelope.subject), value, headers)

    async def send(self, topic: str, key: bytes, value: bytes, headers: Headers) -> RecordMetadata:
        """Append bytes that are encoded already."""
        sent = await self.send_all(topic, [(key, value, headers)])
        return sent[0]

    async def send_all(
        self, topic: str, messages: Sequence[tuple[bytes, bytes, Headers]]
    ) -> list[RecordMetadata]:
        """Append in order; returns when all are acknowledged. All or LogUnavailable, some may be in."""
        try:
            async with asyncio.timeout(self._patience):
                producer = await self._connected()
                acks = [
                    await producer.send(topic, value=value, key=key, headers=headers)
                    for key, value, headers in messages
                ]
                return list(await asyncio.gather(*acks))
        except MessageSizeTooLargeError:
            raise  # no outage: the same message would be refused for ever
        except (KafkaError, TimeoutError, OSError) as error:
            await self._discard()
            raise LogUnavailable(str(error) or type(error).__name__) from error

    async def send_patiently(
        self, topic: str, messages: Sequence[tuple[bytes, bytes, Headers]]
    ) -> list[RecordMetadata]:
        """As ``send_all``, again and again until the broker is back: 1 s, 4 s, 16 s … 5 minutes."""
        tries = 0
        while True:
            try:
                return await self.send_all(topic, messages)
            except LogUnavailable as error:
                tries += 1
                log.warning("Kafka does not acknowledge (try %d): %s", tries, error)
                await asyncio.sleep(min(delay(tries).total_seconds(), 16))

    async def publish_patiently(self, topic: str, envelopes: Iterable[Envelope]) -> list[RecordMetadata]:
        """Append events in order, whatever it takes."""
        messages = []
        for envelope in envelopes:
            value, headers = encode(envelope)
            messages.append((message_key(envelope.event, envelope.subject), value, headers))
        return await self.send_patiently(topic, messages) if messages else []

    async def _connected(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    bootstrap_servers=self._bootstrap,
                    client_id=self._client_id,
                    acks="all",
                    enable_idempotence=True,
                    # The next fills while one is on its way; 16 KB, the default, are ten rows of a bank.
                    max_batch_size=_BATCH_BYTES,
                    request_timeout_ms=int(self._patience * 1000) + 5_000,
                    metadata_max_age_ms=30_000,
                )
                try:
                    await producer.start()
                except (KafkaError, OSError) as error:
                    await producer.stop()
                    raise LogUnavailable(f"no broker answers at {self._bootstrap}") from error
                self._producer = producer
            return self._producer

    async def _discard(self) -> None:
        """After a failure the producer's sequence is in doubt: the next send opens a new one."""
        producer, self._producer = self._producer, None
        if producer is not None:
            closing = asyncio.ensure_future(producer.stop())
            _, pending = await asyncio.wait({closing}, timeout=1)
            if pending:
                closing.cancel()


async def ensure_topics(bootstrap: str, specs: Iterable[TopicSpec]) -> None:
    """Make the topics that are missing, with their real settings; existing ones are left alone.

    Returns when the broker tells of them: it answers a creation some 100 ms before that.
    """
    specs = tuple(specs)
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        existing = set(await admin.list_topics())
        missing = [
            NewTopic(
                name=spec.name,
                num_partitions=spec.partitions,
                replication_factor=spec.replication,
                topic_configs=dict(spec.config),
            )
            for spec in specs
            if spec.name not in existing
        ]
        if missing:
            answer = await admin.create_topics(missing)
            for name, code, *_ in answer.topic_errors:
                if code not in (0, TopicAlreadyExistsError.errno):
                    raise for_code(code)(name)
    finally:
        await admin.close()
    names = [spec.name for spec in specs]
    async with asyncio.timeout(_TOPICS_KNOWN_WITHIN):
        while len(await topic_ids(bootstrap, names)) < len(names):
            await asyncio.sleep(0.05)


async def wait_for_kafka(bootstrap: str, seconds: float = 60) -> None:
    """Return when a broker answers; LogUnavailable after ``seconds``."""
    until = time.monotonic() + seconds
    while True:
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, request_timeout_ms=2_000)
        try:
            await admin.start()
            return
        except (KafkaError, OSError) as error:
            if time.monotonic() > until:
                raise LogUnavailable(f"no broker answers at {bootstrap}") from error
            await asyncio.sleep(0.2)
        finally:
            await admin.close()
