"""The servers of a test run in containers."""

import time
from types import TracebackType
from typing import Self

from stack.kafka import oldest_fetch
from stack.maven import KAFKA_VERSION
from stack.ports import LOOPBACK, choose

POSTGRES_IMAGE = "postgres:18"
KAFKA_IMAGE = f"apache/kafka:{KAFKA_VERSION}"


def docker_answers() -> bool:
    """Whether a Docker engine can be reached; the command alone is no engine."""
    import docker
    from docker.errors import DockerException

    try:
        client = docker.from_env(timeout=3)
    except DockerException:
        return False
    try:
        return bool(client.ping())
    except (DockerException, OSError):
        return False
    finally:
        client.close()


class Containers:
    """Both servers, started together and removed together."""

    def __init__(self) -> None:
        from testcontainers.core.container import DockerContainer
        from testcontainers.postgres import PostgresContainer

        self._port = choose(set())
        self._postgres = PostgresContainer(
            POSTGRES_IMAGE, username="tidemark", password="tidemark", dbname="tidemark", driver=None
        )
        self._kafka = DockerContainer(KAFKA_IMAGE).with_bind_ports(9092, self._port)
        for name, value in _kafka_environment(self._port).items():
            self._kafka = self._kafka.with_env(name, value)

    def __enter__(self) -> Self:
        self._kafka.start()
        self._postgres.start()
        self._wait_for_kafka(60)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._postgres.stop()
        self._kafka.stop()

    @property
    def kafka(self) -> str:
        return f"{LOOPBACK}:{self._port}"

    @property
    def database_url(self) -> str:
        return str(self._postgres.get_connection_url())

    def _wait_for_kafka(self, seconds: float) -> None:
        import asyncio

        until = time.monotonic() + seconds
        while asyncio.run(oldest_fetch(LOOPBACK, self._port)) is None:
            if time.monotonic() > until:
                raise RuntimeError(f"{KAFKA_IMAGE} does not answer after {seconds:g} s")
            time.sleep(0.1)


def _kafka_environment(port: int) -> dict[str, str]:
    """A single KRaft node that tells its clients the port outside the container."""
    return {
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_LISTENERS": "PLAINTEXT://:9092,CONTROLLER://:9093",
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://{LOOPBACK}:{port}",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR": "1",
        "KAFKA_OFFSETS_RETENTION_MINUTES": "2147483647",
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    }
