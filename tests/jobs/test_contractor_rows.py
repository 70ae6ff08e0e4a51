"""Contractors of 1C follow their DataVersion, a file's their content; what is said of a row happens."""

from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.clock import new_id
from jobs.base import Batch, TaskSpec
from jobs.contractors.reading import own_key
from jobs.kinds.contractor_rows import ContractorWriter, IncomingContractor
from jobs.records import Contractor
from tests.databases import emptied

pytestmark = pytest.mark.integration

ROW = Contractor(
    key=b"k" * 16,
    code="00-000001",
    name="Ромашка\\Лютик ООО",
    full_name='Общество\t"Ромашка"',
    kind="company",
    inn="7700000005",
    kpp="770001001",
    okpo="",
    data_version="AAAA",
)


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    async with emptied(database_url, "contractor") as made:
        yield made


async def write(
    connection: psycopg.AsyncConnection[Any], *rows: Contractor, source: str = "onec"
) -> list[str]:
    task = TaskSpec(new_id(), 1, "contractors", {}, {})
    batch = Batch(task, 1, 1, [{}] * len(rows), {}, {"source": source})
    incoming = [IncomingContractor(n, r) for n, r in enumerate(rows, 1)]
    said = await ContractorWriter().write(connection, batch, incoming)
    return [said[n].verdict for n in range(1, len(rows) + 1)]


async def stored(connection: psycopg.AsyncConnection[Any], columns: str) -> Sequence[Any]:
    return await (await connection.execute(f"SELECT {columns} FROM contractor ORDER BY key")).fetchall()


async def test_every_character_arrives_as_it_was(connection: psycopg.AsyncConnection[Any]) -> None:
    assert await write(connection, ROW) == ["created"]
    assert await stored(connection, "name, full_name, data_version") == [(ROW.name, ROW.full_name, "AAAA")]


async def test_data_version_decides(connection: psycopg.AsyncConnection[Any]) -> None:
    await write(connection, ROW)
    assert await write(connection, ROW._replace(name="Другое имя")) == ["unchanged"]
    assert await write(connection, ROW._replace(name="Другое имя", data_version="BBBB")) == ["updated"]
    assert await stored(connection, "name") == [("Другое имя",)]


async def test_a_deletion_mark_retracts_once_and_is_taken_back(
    connection: psycopg.AsyncConnection[Any],
) -> None:
    marked = ROW._replace(data_version="BBBB", retracted=True)
    assert await write(connection, marked) == ["skipped"]
    await write(connection, ROW)
    assert await write(connection, marked) == ["retracted"]
    assert await write(connection, marked) == ["unchanged"]
    assert await write(connection, ROW._replace(data_version="CCCC")) == ["updated"]
    assert await stored(connection, "retracted") == [(False,)]


async def test_a_reference_of_1c_that_looks_like_a_key_of_ours_stays(
    connection: psycopg.AsyncConnection[Any],
) -> None:
    looks = UUID("12345678-1234-8234-8234-123456789012").bytes
    assert await write(connection, ROW._replace(key=looks)) == ["created"]
    assert await write(connection, ROW) == ["created"]
    assert await write(connection, ROW._replace(key=looks), ROW) == ["unchanged", "unchanged"]


async def test_a_file_does_not_touch_what_1c_has(connection: psycopg.AsyncConnection[Any]) -> None:
    await write(connection, ROW)
    of_file = ROW._replace(key=own_key("1"), name="Из файла", data_version=None)
    other = of_file._replace(key=own_key("2"), inn="7700000012")
    assert await write(connection, of_file, other, source="table") == ["duplicate", "created"]
    assert await write(connection, of_file, other, source="table") == ["duplicate", "unchanged"]
    renamed = other._replace(name="Переименован")
    assert await write(connection, renamed, source="table") == ["updated"]
    assert await stored(connection, "name") == [("Переименован",), (ROW.name,)]


async def test_a_row_that_comes_twice_counts_once(connection: psycopg.AsyncConnection[Any]) -> None:
    assert await write(connection, ROW, ROW) == ["duplicate", "created"]


versions = st.builds(
    lambda key, version, retracted: ROW._replace(
        key=bytes([key]) * 16, data_version=version, name=version, retracted=retracted
    ),
    st.integers(1, 3),
    st.sampled_from(["A", "B", "C"]),
    st.booleans(),
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(versions, max_size=4), max_size=5))
async def test_the_table_is_what_came_last_and_a_repeat_changes_nothing(
    connection: psycopg.AsyncConnection[Any], batches: list[list[Contractor]]
) -> None:
    await connection.execute("TRUNCATE contractor")
    expected: dict[bytes, tuple[str | None, bool]] = {}
    for batch in batches:
        verdicts = await write(connection, *batch)
        for row, verdict in zip(batch, verdicts, strict=True):
            if verdict in ("created", "updated", "retracted"):
                expected[row.key] = (row.data_version, row.retracted)
        again = await write(connection, *batch)
        assert not {"created", "updated", "retracted"} & set(again)
    found = {key.bytes: rest for key, *rest in await stored(connection, "key, data_version, retracted")}
    assert found == {key: list(state) for key, state in expected.items()}
    assert all(isinstance(key, bytes) and UUID(bytes=key) for key in found)
