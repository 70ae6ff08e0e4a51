"""Rejected rows as the API lists them. They come to the read models by another topic than the counts."""

import time
from itertools import islice

from cli.api import Api, Json

MOST_AT_ONCE = 500
# The two topics are read side by side, so either may be some moments ahead.
PATIENCE_SECONDS = 5.0


def first_rows(api: Api, task: Json, most: int = MOST_AT_ONCE) -> list[Json]:
    """The first ``most`` (at most 500), waited for up to 5 s where the task counts more than are listed."""
    expected = min(task["counts"].get("rejected", 0), most)
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        wanted = {"limit": most, "only_current": True}
        found = list(islice(api.items(f"/tasks/{task['id']}/rejects", wanted), most))
        if len(found) >= expected or time.monotonic() > until:
            return found
        time.sleep(0.1)
