"""The fence of an attempt: importers share it while they commit, the conductor takes it alone."""

from uuid import UUID, uuid5


def fence_key(task_id: str, attempt: int) -> int:
    """The key of the advisory lock, a signed 64-bit number.

    ``pg_advisory_xact_lock_shared(key)`` by importers, ``pg_advisory_xact_lock(key)`` by who ends the
    attempt: it waits for the batches that are being written and for nothing else. Two attempts that
    share a key by accident wait for each other needlessly, and that is all.
    """
    digest = uuid5(UUID(task_id), f"fence/{attempt}").bytes
    return int.from_bytes(digest[:8], "big", signed=True)
