"""A consumer whose messages are on nobody's way: found, so that its process can end and begin anew."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

from infra.faust_consumer import CarefulConsumer

# So many messages of its topic's other partitions went by: whoever had one waiting would have had its turn.
TURNS = 256


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A partition's first message that is not done: since when, and how many of its topic were done then."""

    offset: int
    since: float
    acknowledged: int


async def stands_still(consumer: CarefulConsumer, seconds: float, look_seconds: float) -> str:
    """Returns, with what it saw, when a partition has had the same message waiting for ``seconds`` though
    no agent holds it and agents were free to. While the broker is away nothing is held against anybody."""
    waiting: dict[Any, _Waiting] = {}
    while True:
        await asyncio.sleep(look_seconds)
        try:
            undone = await consumer.undone()
        except Exception:  # noqa: BLE001 - not started, or the broker is away: whoever fetches says so
            waiting.clear()
            continue
        now, done = time.monotonic(), Counter(consumer.acknowledged)
        before, waiting = waiting, {}
        for tp, offset in undone.items():
            known = before.get(tp)
            same = known is not None and known.offset == offset
            waiting[tp] = known if known and same else _Waiting(offset, now, done[tp.topic])
        late = {tp: one for tp, one in waiting.items() if now - one.since >= seconds}
        if late and (stuck := _stuck(late, consumer.in_hand(), done)):
            return ", ".join(f"{tp.topic}:{tp.partition} at {late[tp].offset}" for tp in sorted(stuck))


def _stuck(late: dict[Any, _Waiting], held: set[Any], done: Counter[str]) -> list[Any]:
    """An agent that waits for the database, or has a long queue, holds up the partitions behind it: no
    fault of theirs."""
    busy = {tp.topic for tp in held}
    return [
        tp
        for tp, one in late.items()
        if tp not in held and (tp.topic not in busy or done[tp.topic] - one.acknowledged >= TURNS)
    ]
