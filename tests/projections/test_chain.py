"""The chain is over what the log has: read back from PostgreSQL it gives the same hashes."""

from uuid import UUID

import pytest
from sqlalchemy import text

from domain.chain import BEGINNING, link
from events.tasks import TaskCancelRequested, TaskRowCorrected
from infra.clock import new_id
from infra.settings import Settings
from projections.polled import Message
from projections.position import Position
from projections.queries import audit, past, tasks
from projections.record import record_of
from tests.projections.applying import Applied, applied
from tests.projections.story import batch, started, submitted

pytestmark = pytest.mark.integration

# What jsonb gives back otherwise, what headers may hold, and a type of a later version.
_ODD = [
    (
        "task.submitted.v1",
        b'{"kind": "x",  "params":{"b":1e2,"a":100.0,"c":-0.0,"n":12345678901234567890}}',
    ),
    ("task.submitted.v1", b'{"kind":"x","params":{"a":"\\u0000","a":"twice"}}'),
    ("task.invented.v9", '{"чего":"ещё нет"}'.encode()),
    ("task.started.v1", b'{"seq":1,"attempt":1,"tries":1,"worker":"a\\"b\\\\c","new_field":true}'),
]


def message(made: Applied, task_id: str, name: str, value: bytes) -> Message:
    """As somebody else's producer may write it."""
    [plain] = made.messages(task_id, [started])
    headers = dict(plain.headers) | {
        "ce_type": name.encode(),
        "ce_actor": b"system:\x00odd",
        "ce_time": b"2026-03-03T12:00:00.5+03:00",
    }
    return Message(plain.topic, plain.partition, plain.offset, value, list(headers.items()))


async def test_hashes_read_back_are_those_of_the_log(settings: Settings) -> None:
    task_id = new_id()
    async with applied(settings) as made:
        await made.apply(made.messages(task_id, [submitted, started, batch(1), batch(1)]))
        for name, value in _ODD:
            await made.apply([message(made, task_id, name, value)])
        async with made.reading() as connection:
            found = await connection.execute(
                text('SELECT * FROM task_event WHERE task_id = :id ORDER BY "offset"'), {"id": task_id}
            )
            rows = [dict(row) for row in found.mappings()]
    assert [row["number"] for row in rows] == list(range(1, 9))
    assert [row["type"] for row in rows[4:]] == [name for name, _ in _ODD]
    assert [row["value"].encode() for row in rows[4:]] == [value for _, value in _ODD]
    head = BEGINNING
    for row in rows:
        head = link(head, record_of(row).values())
        assert bytes(row["hash"]) == head


async def test_what_people_said_and_comes_twice_is_there_twice_and_marked(settings: Settings) -> None:
    """In one set or a later one; the chain counts both, what is shown of the task is as before."""
    task_id = new_id()
    async with applied(settings) as made:
        await made.apply(made.messages(task_id, [submitted, started]))
        [said] = made.messages(task_id, [TaskRowCorrected(attempt=1, row_no=7, row_hash="ab")])
        [again, later, request] = made.messages(task_id, [started, started, TaskCancelRequested()])
        await made.apply([said, said._replace(offset=again.offset)])
        async with made.reading() as connection:
            shown = await tasks.one(connection, UUID(task_id))
        await made.apply([said._replace(offset=later.offset)])
        async with made.reading() as connection:
            assert await tasks.one(connection, UUID(task_id)) == shown
        await made.apply([request])
        async with made.reading() as connection:
            events = (await audit.events(connection, UUID(task_id))).items
            assert await past.one(connection, UUID(task_id), Position(3, later.offset)) == shown
    assert [event["repeated"] for event in events] == [False, False, False, True, True, False]
    assert [event["number"] for event in events] == [1, 2, 3, 4, 5, 6]
    assert len({event["hash"] for event in events}) == 6
