"""What one socket still has to be told. A task that changes again before it was sent is sent once, as it is
then, so that a slow client holds at most one message a task."""

import asyncio
import json

from api import shown
from api.hub import Change
from infra.wording import Language
from projections.position import Vector, vector_text

# Beyond this the client is dropped: it comes back with its position and loses nothing.
MOST_WAITING = 1_000


class Slow(Exception):
    """The client does not take what it is sent."""


class Feed:
    """Messages for one client, in the order of the hub; ``task_id`` None = of all tasks."""

    def __init__(self, task_id: str | None, language: Language) -> None:
        self._task_id = task_id
        self._language = language
        self._waiting: dict[str, Change | str] = {}
        self._ready = asyncio.Event()
        self._begun = False
        self._slow = False
        self._said = 0
        self.position: Vector = {}

    def begin(self, position: Vector) -> None:
        """The snapshot covers everything up to here; what was heard while it was read counts if newer."""
        self.position = dict(position)
        self._begun = True
        heard, self._waiting = list(self._waiting.values()), {}
        for change in heard:
            if isinstance(change, Change):
                self.hear(change)

    def hear(self, change: Change) -> None:
        """Called by the hub; never waits."""
        if self._task_id not in (None, change.task_id):
            return
        if self._begun and change.place.offset <= self.position.get(change.place.partition, -1):
            return
        # To the end, whatever stood there: positions must only grow.
        self._waiting.pop(change.task_id, None)
        self._waiting[change.task_id] = change
        self._slow = self._slow or len(self._waiting) > MOST_WAITING
        self._ready.set()

    def say(self, text: str) -> None:
        """A message that is of no task."""
        self._said += 1
        self._waiting[f"said {self._said}"] = text
        self._ready.set()

    async def next(self, seconds: float) -> list[str]:
        """What is to be sent now; empty when nothing came for ``seconds``."""
        try:
            async with asyncio.timeout(seconds):
                await self._ready.wait()
        except TimeoutError:
            return []
        if self._slow:
            raise Slow
        self._ready.clear()
        waiting, self._waiting = self._waiting, {}
        return [self._text(message) for message in waiting.values()]

    def _text(self, message: Change | str) -> str:
        if isinstance(message, str):
            return message
        for partition, offset in message.position.items():
            self.position[partition] = max(offset, self.position.get(partition, -1))
        return _worded(message, self._language, self.position)


def _worded(change: Change, language: Language, position: Vector) -> str:
    """Worded and packed once for all clients of a language."""
    task = change.words.get(language)
    if task is None:
        if change.row is None:
            task = json.dumps({"type": "removed", "id": change.task_id})[1:-1]
        else:
            info = shown.task_info(change.row, language).model_dump_json()
            task = f'"type": "task", "task": {info}'
        change.words[language] = task
    return f'{{{task}, "position": "{vector_text(position)}"}}'
