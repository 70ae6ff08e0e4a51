"""Faust's consumer (0.15.3) made to lose nothing when partitions change hands, and to wait as fits the work.

What is mended here, each seen or read in Faust's code:

* a rebalance that begins while another one's positions are being looked up let messages through that were
  then thrown out of the queues, so that their batches never came and their partition never committed;
* a first message that got lost was stepped over by the next commit, and a gap between two messages counts as
  acknowledged;
* messages that came while the flow was off are thrown away, and only partitions with a committed offset are
  placed anew: of any other, the first messages never came, and nothing told that they were missing;
* positions that could not be looked up in time leave the flow off, or on with positions of nobody's choice.

The first and third are prevented; for whatever remains ``infra.standstill`` tells, and the process ends: its
successor begins with the committed offsets, which are right.
"""

import asyncio
import gc
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

from faust.tables.recovery import RebalanceAgain
from faust.transport.drivers.aiokafka import Consumer, Transport

# While there is work: a partition that was full, or left out of a fetch, is asked for again within 50 ms.
BUSY_FETCH_MS = 50
BUSY_POLL_SECONDS = 0.05
# Where all partitions are full: until a batch is done.
FULL_SECONDS = 0.02
# While there is none: a message ends the wait at once, so that waiting longer costs nothing but polls.
IDLE_FETCH_MS = 500
IDLE_AFTER_SECONDS = 1.0


class MessagesSkipped(Exception):
    """Offsets of a partition never came though later ones did; none of our topics has such gaps."""


class CarefulConsumer(Consumer):
    """See the module. Counters are touched by the main thread alone."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._last_records = 0.0
        # How many times partitions were taken away, and in which of them they came back and were placed.
        self._revocations = 0
        self._assigned_in = self._placed_in = -1
        self.acknowledged: Counter[str] = Counter()
        # Where reading began in each partition since it was assigned.
        self._begins: dict[Any, int] = {}

    async def on_partitions_revoked(self, revoked: set[Any]) -> None:
        self._revocations += 1
        for tp in revoked:
            self._begins.pop(tp, None)
        await super().on_partitions_revoked(revoked)

    async def on_partitions_assigned(self, assigned: set[Any], generation_id: int = 0) -> None:
        self._assigned_in = self._revocations
        await super().on_partitions_assigned(assigned, generation_id)

    async def perform_seek(self) -> None:
        """Raises RebalanceAgain where the positions belong to an assignment that is over."""
        began = self._revocations
        if self._assigned_in != began:
            raise RebalanceAgain
        await super().perform_seek()
        if self._revocations != began:
            raise RebalanceAgain
        self._placed_in = began

    def resume_flow(self) -> None:
        """Only from positions of this very assignment; the end of a rebalance under way resumes."""
        if self._placed_in == self._revocations:
            super().resume_flow()

    async def seek_to_committed(self) -> Mapping[Any, int]:
        """Every partition is placed, one without a committed offset at its first message."""
        found = await super().seek_to_committed()
        # None, whatever its annotation says, where nothing was committed.
        unknown = [tp for tp, offset in found.items() if not offset]
        first = await self._thread.earliest_offsets(*unknown) if unknown else {}
        if first:
            await self.seek_wait(first)
        self._begins = {tp: offset or first[tp] for tp, offset in found.items()}
        return found

    def ack(self, message: Any) -> bool:
        self.acknowledged[message.topic] += 1
        return bool(super().ack(message))

    async def _add_gap(self, tp: Any, offset_from: int, offset_to: int) -> None:
        """Called with the offsets between the message before and this one, this one included."""
        if offset_from < offset_to:
            raise MessagesSkipped(f"{tp}: {offset_from} to {offset_to - 1}")

    def _new_offset(self, tp: Any) -> int | None:
        """Never past a message that nobody has acknowledged, the first one included."""
        acked = self._acked[tp]
        begins = self._done(tp)
        if acked and begins is not None and min(acked) > begins:
            return None
        found: int | None = super()._new_offset(tp)
        return found

    def _done(self, tp: Any) -> int | None:
        """Everything before this offset is done; None: the partition is not placed."""
        committed: int | None = self._committed_offset[tp]
        return committed if committed is not None else self._begins.get(tp)

    async def undone(self) -> dict[Any, int]:
        """Partitions with messages that are not done, and the first of these (-1: not placed, so nobody
        knows); raises KafkaError where the broker is away."""
        assigned = self.assignment()
        ends = await self._thread.highwaters(*assigned) if assigned else {}
        found = {}
        for tp, end in ends.items():
            begins = self._done(tp)
            begins = -1 if begins is None else begins
            if begins < end:
                found[tp] = begins
        return found

    def in_hand(self) -> set[Any]:
        """Partitions of which an agent holds a message; what waits in its queue is not counted."""
        gc.collect()
        return {message.tp for message in self._unacked_messages if not message.acked}

    async def _wait_next_records(self, timeout: float) -> tuple[Any, Any]:
        """Polls that fit the work. Faust waits 1.5 s for a fetch and sleeps 1 s whenever all partitions are
        full, so that a batch of high priority stood behind 3,000 low ones for 30 s instead of 0.2 s."""
        busy = time.monotonic() - self._last_records < IDLE_AFTER_SECONDS
        if self.flow_active:
            active = self._get_active_partitions()
            if not active:
                await asyncio.sleep(FULL_SECONDS)
                return {}, set()
            busy = busy or len(active) < len(self.assignment())
        self._let_fetches_wait(BUSY_FETCH_MS if busy else IDLE_FETCH_MS)
        found = await super()._wait_next_records(BUSY_POLL_SECONDS if busy else timeout)
        if found[0]:
            self._last_records = time.monotonic()
        return found

    def _let_fetches_wait(self, milliseconds: int) -> None:
        consumer = self._thread._consumer
        if consumer is not None and consumer._fetcher is not None:
            consumer._fetcher._fetch_max_wait_ms = milliseconds


class CarefulTransport(Transport):
    """A transport with that consumer."""

    Consumer = CarefulConsumer
