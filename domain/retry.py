"""When failed work is tried again, and when no more."""

from datetime import timedelta

from events.records import ErrorInfo

# 1 s, 4 s, 16 s, 64 s, 256 s, then every 5 minutes.
CAP = timedelta(minutes=5)
SOURCE_TRIES = 5

# Ours and down for everybody at once: waited for without a limit. A source (1C, the object store) is
# somebody else's and may have gone for good, so that a task says so after SOURCE_TRIES.
INFRASTRUCTURE = frozenset({"broker_unavailable", "database_unavailable"})


def delay(tries: int) -> timedelta:
    """How long to wait after the ``tries``-th try failed, counted from 1."""
    return min(timedelta(seconds=4 ** min(tries - 1, 5)), CAP)


def limit(error: ErrorInfo, tries: int, faults: int) -> int | None:
    """The try after which the task gives up, 0 = never; None when this failure was the last one.

    ``tries`` were made so far, ``faults`` of them failed by their source; broker and database failures in
    between move the limit, so that they cost the source none of its tries.
    """
    if not error.retryable:
        return None
    if error.code in INFRASTRUCTURE:
        return 0
    left = SOURCE_TRIES - faults - 1
    return tries + left if left > 0 else None
