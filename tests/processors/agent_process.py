"""One Faust process with one agent that misbehaves on purpose; it writes what it has handled to a file.

``python -m tests.processors.agent_process BOOTSTRAP TOPIC GROUP FILE MODE``: ``block`` holds up the
whole event loop for BLOCK_SECONDS at the first message, ``raise`` fails at ``two`` unless the file has
``one`` twice already (so that it fails once), ``set`` the same within a set of messages. A consumer forgets,
once: ``lose`` throws away what waits behind ``one``, ``deaf`` never asks for anything behind ``one``.
``pause`` turns the flow off during a fetch, and on again when its messages have come.
"""

import asyncio
import sys
import time
from pathlib import Path
from typing import Any, cast

from infra.faust_app import AppSettings, build_app, in_sets, run
from infra.faust_consumer import CarefulConsumer

# The shortest session a broker allows by default (group.min.session.timeout.ms).
SESSION_SECONDS = 6.0
BLOCK_SECONDS = 8.0
STUCK_SECONDS = 2.0
# A fetch has begun by then, and is not over.
PAUSE_SECONDS = 0.2
# The offset of ``three``: with ``two``, it has come when the queue is thrown away.
LAST_LOST = 2


def main(bootstrap: str, topic: str, group: str, file: Path, mode: str) -> None:
    app = build_app(
        AppSettings(group, "agent-1", bootstrap, session_timeout=SESSION_SECONDS, stuck_seconds=STUCK_SECONDS)
    )

    def handled(event: Any) -> None:
        with file.open("a") as log:
            log.write(event.message.value.decode() + "\n")

    def fails(event: Any) -> bool:
        known = file.read_text().split() if file.exists() else []
        return event.message.value == b"two" and known.count("one") < 2

    async def forget() -> None:
        if mode == "deaf":
            app.consumer.stop_flow()
        read = cast(CarefulConsumer, app.consumer)._read_offset
        while mode == "lose" and max(offset or 0 for offset in read.values()) < LAST_LOST:
            await asyncio.sleep(0.01)
        app.flow_control.clear()

    async def pause() -> None:
        """As a rebalance does whose message comes in the middle of a fetch."""
        consumer = cast(CarefulConsumer, app.consumer)
        while not (consumer._begins and consumer.flow_active):
            await asyncio.sleep(0.01)
        await asyncio.sleep(PAUSE_SECONDS)
        consumer.stop_flow()
        file.with_suffix(".paused").touch()
        (tp,) = consumer.assignment()
        while await consumer.position(tp) != consumer.highwater(tp) or not consumer.highwater(tp):
            await asyncio.sleep(0.01)
        await asyncio.sleep(PAUSE_SECONDS)
        consumer.resume_flow()

    if mode == "pause":
        app.task(pause)

    async def one_by_one(stream: Any) -> None:
        async for event in stream.noack().events():
            if mode == "raise" and fails(event):
                raise ValueError("an error nobody has classified")
            if mode in ("lose", "deaf") and not file.exists():
                await forget()
            if mode == "block" and not file.exists():
                handled(event)
                # The loop itself stands still, as it does in a long C call.
                time.sleep(BLOCK_SECONDS)  # noqa: ASYNC251 - that is what is tested
            else:
                handled(event)
            event.ack()

    async def in_a_set(stream: Any) -> None:
        async def handle(events: list[Any]) -> None:
            for event in events:
                if fails(event):
                    raise ValueError("an error nobody has classified")
                handled(event)

        await in_sets(stream, handle)

    app.agent(app.topic(topic, value_serializer="raw"), name="agent")(
        in_a_set if mode == "set" else one_by_one
    )
    run(app, log_level="WARNING")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4]), sys.argv[5])
