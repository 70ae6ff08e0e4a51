"""Signs now and then how the chains stand, and publishes it on ``audit.roots``.

A root is written to PostgreSQL before it is published: what was signed once is sent again as it is, never
signed anew over other events. At most 10,000 events stand under one root, so that a proof is quickly made.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.chain import leaf, root
from events.audit import RootSigned
from events.cloudevents import Envelope
from events.topics import AUDIT_ROOTS, PARTITIONS
from infra.kafka import LogUnavailable, Publisher
from infra.postgres import is_outage
from infra.signing import Signer
from projections.record import moment_text

log = logging.getLogger(__name__)

MOST_EVENTS = 10_000
_NONE = "0" * 64
_LOCK = 721_106_141
_LATEST = "SELECT * FROM audit_root WHERE partition = :partition ORDER BY number DESC LIMIT 1"
_LAST = """
SELECT max("offset") FROM (
    SELECT "offset" FROM task_event WHERE partition = :partition AND "offset" >= :first
    ORDER BY "offset" LIMIT :most
) e
"""
LEAVES = """
SELECT DISTINCT ON (task_id) task_id::text, number, hash FROM task_event
WHERE partition = :partition AND "offset" BETWEEN :first AND :last ORDER BY task_id, "offset" DESC
"""
_COLUMNS = ("partition", "number", "first", "last", "tasks", "root", "previous", "at", "key", "signature")
_WRITE = text(
    f"INSERT INTO audit_root ({', '.join(_COLUMNS)}) VALUES ({', '.join(f':{name}' for name in _COLUMNS)})"
)
_WAITING = text("SELECT * FROM audit_root WHERE NOT published ORDER BY partition, number LIMIT 100")
_PUBLISHED = text("UPDATE audit_root SET published = true WHERE partition = :partition AND number = :number")


class Roots:
    """Makes roots of what the projection has applied; several processes take turns."""

    def __init__(
        self, engine: AsyncEngine, publisher: Publisher, signer: Signer, namespace: str = ""
    ) -> None:
        self._engine = engine
        self._publisher = publisher
        self._signer = signer
        self._namespace = namespace

    async def run(self, seconds: float) -> None:
        """Go on for ever; who is away is waited for."""
        while True:
            await asyncio.sleep(seconds)
            try:
                await self.sign()
                await self.publish()
            except LogUnavailable as error:
                log.warning("Signed roots wait for Kafka: %s", error)
            except Exception as error:
                if not is_outage(error):
                    raise
                log.warning("Roots wait for PostgreSQL: %s", error)

    async def sign(self) -> int:
        """Put every event that is in the trail under a root; how many roots that took."""
        made = 0
        for partition in range(PARTITIONS):
            while await self._signed(partition):
                made += 1
        return made

    async def publish(self) -> None:
        """Send what waits, in order."""
        while True:
            async with self._engine.connect() as connection:
                waiting = (await connection.execute(_WAITING)).mappings().all()
            for row in waiting:
                await self._publisher.publish(
                    self._namespace + AUDIT_ROOTS, _envelope(signed_root(dict(row)))
                )
                async with self._engine.begin() as connection:
                    await connection.execute(_PUBLISHED, dict(row))
            if not waiting:
                return

    async def _signed(self, partition: int) -> bool:
        async with self._engine.begin() as connection:
            place = {"lock": _LOCK, "partition": partition}
            # Unlike rows of the log: published and then lost in a crash, it would be signed anew.
            await connection.execute(text("SET LOCAL synchronous_commit TO on"))
            await connection.execute(text("SELECT pg_advisory_xact_lock(:lock, :partition)"), place)
            latest = (await connection.execute(text(_LATEST), place)).mappings().one_or_none()
            before = None if latest is None else signed_root(dict(latest))
            first = 0 if before is None else before.last + 1
            wanted = {"partition": partition, "first": first, "most": MOST_EVENTS}
            last = await connection.scalar(text(_LAST), wanted)
            if last is None:
                return False
            leaves = await leaves_of(connection, partition, first, last)
            made = self._root(partition, before, first, last, [one for _, one in leaves])
            await connection.execute(_WRITE, {name: getattr(made, name) for name in _COLUMNS})
            return True

    def _root(
        self, partition: int, before: RootSigned | None, first: int, last: int, leaves: Sequence[bytes]
    ) -> RootSigned:
        draft = RootSigned(
            partition=partition,
            number=1 if before is None else before.number + 1,
            first=first,
            last=last,
            tasks=len(leaves),
            root=root(leaves).hex(),
            previous=_NONE if before is None else sha256(before.signed).hexdigest(),
            at=moment_text(datetime.now(UTC)),
            key=self._signer.public,
            signature="0" * 128,
        )
        return draft.model_copy(update={"signature": self._signer.sign(draft.signed)})


async def leaves_of(
    connection: AsyncConnection, partition: int, first: int, last: int
) -> list[tuple[str, bytes]]:
    """The tasks under a root and what it says of each, in the order of the tree."""
    parameters = {"partition": partition, "first": first, "last": last}
    found = await connection.execute(text(LEAVES), parameters)
    return [(task_id, leaf(task_id, number, bytes(head))) for task_id, number, head in found]


def signed_root(row: Mapping[str, Any]) -> RootSigned:
    """The root of a row of ``audit_root``."""
    return RootSigned(**{name: row[name] for name in _COLUMNS})


def _envelope(signed: RootSigned) -> Envelope:
    name = f"partition-{signed.partition}"
    identity = uuid5(NAMESPACE_URL, f"tidemark:root:{signed.partition}:{signed.number}:{signed.signature}")
    return Envelope(
        id=str(identity),
        time=datetime.fromisoformat(signed.at),
        subject=name,
        actor="system:projections",
        correlation_id=name,
        causation_id=None,
        source="/tidemark/projections",
        event=signed,
    )
