"""Where a projection goes on, and when it must not: the stored offset against the log's two ends."""

from collections.abc import Mapping, Sequence

from events.topics import TASKS
from projections import statements
from projections.store import Connection


class Stopped(Exception):
    """The log is not the one these rows were made from. Going on would show wrong numbers silently."""


REBUILD = "Rebuild the read models (`python -m projections.main rebuild --switch`), then start again."


async def starting_points(
    connection: Connection,
    topic: str,
    topic_id: str,
    low: Mapping[int, int],
    end: Mapping[int, int],
    *,
    namespace: str = "",
) -> dict[int, int]:
    """The last applied offset of each partition, stored or begun now; raises Stopped.

    ``low`` and ``end`` are the log's first offset and the one after its last. Topic ``tasks`` is kept
    for ever, so that there even a beginning must be offset 0; ``rejects`` begins where its retention does.
    """
    stored = await _stored(connection, topic, sorted(low))
    fresh = [partition for partition in sorted(low) if partition not in stored]
    for partition in fresh:
        if topic == namespace + TASKS and low[partition] > 0:
            raise Stopped(_lost(topic, partition, 0, low[partition]))
    if fresh:
        begin = [topic, topic_id, fresh, [low[partition] - 1 for partition in fresh]]
        await connection.execute(statements.FIRST_OFFSETS, begin)
        await connection.commit()
        stored = await _stored(connection, topic, sorted(low))
    for partition, (known_id, offset) in stored.items():
        if known_id != topic_id:
            raise Stopped(_another(topic, known_id, topic_id))
        if offset + 1 < low[partition]:
            raise Stopped(_lost(topic, partition, offset + 1, low[partition]))
        if offset + 1 > end[partition]:
            raise Stopped(_shortened(topic, partition, offset, end[partition]))
    return {partition: offset for partition, (_, offset) in stored.items()}


async def _stored(
    connection: Connection, topic: str, partitions: Sequence[int]
) -> dict[int, tuple[str, int]]:
    cursor = await connection.execute(statements.READ_OFFSETS, [topic, list(partitions)])
    stored = {partition: (topic_id, offset) for partition, topic_id, offset in await cursor.fetchall()}
    await connection.commit()
    return stored


def _lost(topic: str, partition: int, wanted: int, low: int) -> str:
    return (
        f"Topic {topic}, partition {partition} begins at offset {low}, but {wanted} is the next to be read:"
        f" what lies between was removed by retention. Nothing was changed here. {REBUILD}"
    )


def _another(topic: str, known: str, found: str) -> str:
    return (
        f"Topic {topic} is another one: its id was {known} and is {found} now, so it was deleted and made"
        f" anew. Nothing was changed here. {REBUILD}"
    )


def _shortened(topic: str, partition: int, applied: int, end: int) -> str:
    return (
        f"Topic {topic}, partition {partition} ends before offset {end}, but {applied} was applied already:"
        f" the log lost its end, or was restored from a backup. Nothing was changed here. {REBUILD}"
    )
