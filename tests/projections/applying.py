"""Messages applied to read models without a broker, set by set."""

import contextlib
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from events.base import Event
from events.cloudevents import encode
from events.tasks import TaskBatchImported
from events.topics import PARTITIONS, TASKS
from infra.postgres import create_engine, driver
from infra.settings import Settings
from projections.polled import Message, Place, decoded
from projections.schema import in_schema
from projections.store import apply_set
from tests.projections.story import envelope

_OFFSETS = (
    'INSERT INTO projection_offset (topic, partition, topic_id, "offset")'
    " SELECT %s, n, 'id', -1 FROM generate_series(0, %s) n ON CONFLICT DO NOTHING"
)
_READ = 'SELECT partition, "offset" FROM projection_offset WHERE topic = %s'


@dataclass
class Applied:
    """Read models, and where each partition of ``tasks`` stands."""

    engine: AsyncEngine
    positions: dict[Place, int] = field(default_factory=dict)

    def messages(self, task_id: str, events: Iterable[Event], partition: int = 3) -> list[Message]:
        """Events of one task, a second apart, after all that was made before in the partition."""
        place = (TASKS, partition)
        made = []
        for number, event in enumerate(events):
            writer = {"actor": "system:importer-1"} if type(event) is TaskBatchImported else {}
            value, headers = encode(envelope(event, task_id=task_id, second=number, **writer))
            self._ends[place] = self._ends.get(place, -1) + 1
            made.append(Message(TASKS, partition, self._ends[place], value, headers))
        return made

    _ends: dict[Place, int] = field(default_factory=dict)

    async def apply(self, messages: Sequence[Message]) -> None:
        """One set, one transaction."""
        async with self.engine.connect() as connection:
            polled = decoded(messages, self.positions, "")
            await apply_set(await driver(connection), polled, None)
            self.positions.update(polled.after)

    @contextlib.asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        async with self.engine.connect() as connection:
            yield connection


@contextlib.asynccontextmanager
async def applied(settings: Settings) -> AsyncIterator[Applied]:
    engine = in_schema(create_engine(settings.libpq_url, pool_size=2), writes=True)
    made = Applied(engine)
    async with engine.connect() as connection:
        raw = await driver(connection)
        await raw.execute(_OFFSETS, [TASKS, PARTITIONS - 1])
        found = await raw.execute(_READ, [TASKS])
        made.positions = {(TASKS, partition): offset for partition, offset in await found.fetchall()}
        await raw.commit()
    made._ends.update(made.positions)
    try:
        yield made
    finally:
        await engine.dispose()
