"""Who asks for work: one PostgreSQL transaction, then the event; the answer is known at once.

``intake`` answers "same key", "same file" and "just accepted" without waiting for the log. A
submission whose event could not be published stays there and is swept: its event id is fixed, so
publishing twice counts once.
"""

import logging
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from events.base import Event
from events.cloudevents import Envelope, Headers, encode
from events.topics import TASKS
from infra.clock import new_id, utc_now
from infra.kafka import LogUnavailable, Publisher
from infra.task_texts import KEEP
from producers.overrides import keep, override_of
from producers.submission import Accepted, FileAlreadyImported, KeyReused, Submission

log = logging.getLogger(__name__)

SWEEP_MOST = 500


class Submissions:
    """The door: submissions and requests to tasks."""

    def __init__(self, engine: AsyncEngine, publisher: Publisher, namespace: str = "") -> None:
        self._engine = engine
        self._publisher = publisher
        self._topic = namespace + TASKS
        # Marked in the database by the next sweep, not by who waits for an answer.
        self._published: set[str] = set()

    async def submit(self, submission: Submission) -> Accepted:
        """Accept, or raise KeyReused or FileAlreadyImported; Kafka being down is no reason to refuse."""
        task_id, event_id = new_id(), new_id()
        override = override_of(event_id, task_id, "submit", submission.closed_period_reason, submission.actor)
        event = submission.event(override.id if override else None)
        value, headers = encode(_envelope(task_id, event_id, submission.actor, event))
        try:
            async with self._engine.begin() as connection:
                if override is not None:
                    await keep(connection, override)
                await self._insert(connection, submission, task_id, event_id, value, headers)
                if submission.texts:
                    said = orjson.dumps(submission.texts).decode()
                    await connection.execute(text(KEEP), {"task_id": task_id, "texts": said})
        except IntegrityError:
            return await self._repeated(submission)
        return Accepted(task_id, False, await self._publish_quietly(task_id, value, headers))

    async def request(self, task_id: str, event: Event, actor: str, event_id: str | None = None) -> str:
        """Put a request to a task into the log; returns the event's id, which the answer names as its
        cause. Raises LogUnavailable: a request is not kept for later, who asks must know now."""
        event_id = event_id or new_id()
        await self._publisher.publish(self._topic, _envelope(task_id, event_id, actor, event))
        return event_id

    async def knows(self, actor: str, key: str | None) -> bool:
        """Whether the key has started something: then the answer is that task, whatever happened since."""
        async with self._engine.connect() as connection:
            found = await connection.scalar(text(_KEY_KNOWN), {"actor": actor, "key": key})
        return found is not None

    async def file_of_dry_run(self, task_id: str) -> str | None:
        """The hash of the file that a dry run looked at; None where there is no such dry run."""
        async with self._engine.connect() as connection:
            found: str | None = await connection.scalar(text(_DRY_RUN), {"id": task_id})
        return found

    async def sweep(self) -> int:
        """Publish what was accepted while Kafka was down; returns how many are still waiting.

        What a killed process had published but not marked is published again, under the same id.
        """
        await self._mark_published()
        async with self._engine.connect() as connection:
            waiting = (
                await connection.execute(
                    text(
                        "SELECT task_id, value, headers FROM intake WHERE published_at IS NULL"
                        " AND submitted_at < now() - interval '1 second' ORDER BY submitted_at LIMIT :most"
                    ),
                    {"most": SWEEP_MOST},
                )
            ).all()
        for number, row in enumerate(waiting):
            headers = [(name, value.encode()) for name, value in row.headers]
            if not await self._publish_quietly(str(row.task_id), bytes(row.value), headers):
                return len(waiting) - number
        await self._mark_published()
        return 0

    async def _insert(
        self,
        connection: AsyncConnection,
        submission: Submission,
        task_id: str,
        event_id: str,
        value: bytes,
        headers: Headers,
    ) -> None:
        await connection.execute(
            text(_INSERT),
            {
                "task_id": task_id,
                "event_id": event_id,
                "actor": submission.actor,
                "kind": submission.kind,
                "priority": submission.priority,
                "key": submission.idempotency_key,
                "body_hash": submission.body_hash(),
                "file_hash": submission.file_hash,
                "file_name": submission.file_name,
                # A forced or a dry run of a file does not stand in the way of another one.
                "active": not (submission.force or submission.dry_run),
                "value": value,
                "headers": orjson.dumps([(name, text_.decode()) for name, text_ in headers]).decode(),
            },
        )

    async def _repeated(self, submission: Submission) -> Accepted:
        """Which of the two unique facts was there before: the key is asked first."""
        async with self._engine.connect() as connection:
            same_key = (
                await connection.execute(
                    text(
                        "SELECT task_id, body_hash, published_at FROM intake"
                        " WHERE actor = :actor AND idempotency_key = :key"
                    ),
                    {"actor": submission.actor, "key": submission.idempotency_key},
                )
            ).one_or_none()
            if same_key is not None:
                if bytes(same_key.body_hash) != submission.body_hash():
                    raise KeyReused(str(same_key.task_id))
                return Accepted(str(same_key.task_id), True, self._is_published(same_key))
            same_file = (
                await connection.execute(
                    text("SELECT task_id, kind FROM intake WHERE active AND file_hash = :hash"),
                    {"hash": submission.file_hash},
                )
            ).one_or_none()
        if same_file is None:
            # The task in the way failed or was cancelled between the two statements.
            return await self.submit(submission)
        raise FileAlreadyImported(str(same_file.task_id), same_file.kind)

    def _is_published(self, row: Any) -> bool:
        return row.published_at is not None or str(row.task_id) in self._published

    async def _publish_quietly(self, task_id: str, value: bytes, headers: Headers) -> bool:
        try:
            await self._publisher.send(self._topic, task_id.encode(), value, headers)
        except LogUnavailable:
            log.warning("Kafka is away: task %s is accepted and waits", task_id)
            return False
        self._published.add(task_id)
        return True

    async def _mark_published(self) -> None:
        marked = list(self._published)
        if marked:
            async with self._engine.begin() as connection:
                await connection.execute(
                    text(
                        "UPDATE intake SET published_at = now()"
                        " WHERE task_id = ANY(CAST(:ids AS uuid[])) AND published_at IS NULL"
                    ),
                    {"ids": marked},
                )
            self._published.difference_update(marked)


_INSERT = """
INSERT INTO intake (task_id, event_id, actor, kind, priority, idempotency_key, body_hash, file_hash,
                    file_name, active, value, headers)
VALUES (:task_id, :event_id, :actor, :kind, :priority, :key, :body_hash, :file_hash,
        :file_name, :active, :value, CAST(:headers AS jsonb))
"""
_KEY_KNOWN = "SELECT 1 FROM intake WHERE actor = :actor AND idempotency_key = :key"
_DRY_RUN = """
SELECT file_hash FROM intake
WHERE task_id = :id AND (convert_from(value, 'UTF8')::jsonb ->> 'dry_run')::boolean
"""


def _envelope(task_id: str, event_id: str, actor: str, event: Event) -> Envelope:
    return Envelope(
        id=event_id,
        time=utc_now(),
        subject=task_id,
        actor=f"user:{actor}",
        correlation_id=task_id,
        causation_id=None,
        source="/tidemark/api",
        event=event,
    )
