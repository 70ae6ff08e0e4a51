"""One Faust process with one agent that misbehaves on purpose; it writes what it has handled to a file.

``python -m tests.processors.agent_process BOOTSTRAP TOPIC GROUP FILE MODE``: ``block`` holds up the
whole event loop for BLOCK_SECONDS at the first message, ``raise`` fails at ``two`` unless the file has
``one`` twice already (so that it fails once), ``set`` the same within a set of messages.
"""

import sys
import time
from pathlib import Path
from typing import Any

from infra.faust_app import AppSettings, build_app, in_sets, run

# The shortest session a broker allows by default (group.min.session.timeout.ms).
SESSION_SECONDS = 6.0
BLOCK_SECONDS = 8.0


def main(bootstrap: str, topic: str, group: str, file: Path, mode: str) -> None:
    app = build_app(AppSettings(group, "agent-1", bootstrap, session_timeout=SESSION_SECONDS))

    def handled(event: Any) -> None:
        with file.open("a") as log:
            log.write(event.message.value.decode() + "\n")

    def fails(event: Any) -> bool:
        known = file.read_text().split() if file.exists() else []
        return event.message.value == b"two" and known.count("one") < 2

    async def one_by_one(stream: Any) -> None:
        async for event in stream.noack().events():
            if mode == "raise" and fails(event):
                raise ValueError("an error nobody has classified")
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
