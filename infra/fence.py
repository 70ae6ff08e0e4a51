"""The fence of an attempt: importers share it while they commit, the conductor takes it alone."""

from uuid import NAMESPACE_URL, UUID, uuid5


def undo_key(kind: str) -> int:
    """The key of the advisory lock between imports of a kind, which share it for a batch, and an undo, which
    takes it alone for one: neither sees the other half-way."""
    digest = uuid5(NAMESPACE_URL, f"tidemark:undo/{kind}").bytes
    return int.from_bytes(digest[:8], "big", signed=True)


def fence_key(task_id: str, attempt: int) -> int:
    """The key of the advisory lock, a signed 64-bit number.

    ``pg_advisory_xact_lock_shared(key)`` by importers, ``pg_advisory_xact_lock(key)`` by who ends the
    attempt: it waits for the batches that are being written and for nothing else. Two attempts that
    share a key by accident wait for each other needlessly, and that is all.
    """
    digest = uuid5(UUID(task_id), f"fence/{attempt}").bytes
    return int.from_bytes(digest[:8], "big", signed=True)
