"""Imports and undos in every order: what is left is what the imports that stand would have made alone."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from itertools import permutations
from random import Random
from typing import Any

import psycopg
import pytest

from jobs.base import Row
from tests.jobs.undoing_world import Connection, emptied, imported, task_no, undone

pytestmark = pytest.mark.integration

KEYS, VALUES = ("K1", "K2", "K3", "K4"), ("a", "b")


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[psycopg.AsyncConnection[Any]]:
    async with await psycopg.AsyncConnection.connect(database_url) as made:
        await emptied(made)
        yield made


@dataclass(frozen=True)
class World:
    """One kind: how a row of key and value is written in its source, and how it is read from its table."""

    kind: str
    read: str
    context: dict[str, Any] = field(default_factory=dict)

    def row(self, key: str, value: str) -> Row:
        if self.kind == "components":
            return {"code": key, "name": value, "unit": "шт"}
        if self.kind == "currency_rates":
            return {
                "currency": f"US{key[-1]}".replace("1", "A"),
                "date": "2025-03-03",
                "rate": str(ord(value)),
            }
        return {"name": value, "inn": "", "key": key}


COMPONENTS = World("components", "SELECT code, name FROM component")


def stories(tasks: int, seed: int, count: int) -> Iterator[tuple[list[dict[str, str]], tuple[int, ...]]]:
    """What each task brings, and in which order they are undone."""
    chance = Random(seed)
    orders = list(permutations(range(tasks)))
    for _ in range(count):
        brought = [
            {key: chance.choice(VALUES) for key in KEYS if chance.random() < 0.7} for _ in range(tasks)
        ]
        yield brought, chance.choice(orders)


async def standing(connection: Connection, world: World) -> dict[str, str]:
    return dict(await (await connection.execute(world.read)).fetchall())


def alone(brought: list[dict[str, str]], gone: set[int]) -> dict[str, str]:
    made: dict[str, str] = {}
    for number, rows in enumerate(brought):
        if number not in gone:
            made |= rows
    return made


@pytest.mark.parametrize("tasks", [2, 3, 4])
async def test_what_is_left_is_what_the_others_bring_alone(connection: Connection, tasks: int) -> None:
    for brought, order in stories(tasks, tasks, 25):
        await emptied(connection)
        for number, rows in enumerate(brought, 1):
            given = [COMPONENTS.row(key, value) for key, value in rows.items()]
            await imported(connection, "components", task_no(number), given)
        gone: set[int] = set()
        told: set[str] = set()
        for number in order:
            done = await undone(connection, "components", task_no(number + 1), most=2)
            gone.add(number)
            told |= {one.row.shown for one in done if one.action == "leave"}
            left, wanted = await standing(connection, COMPONENTS), alone(brought, gone)
            assert {key: left.get(key) for key in KEYS if key not in told} == {
                key: wanted.get(key) for key in KEYS if key not in told
            }, (brought, order, gone)
        if tasks == 2:
            assert not told
            assert await standing(connection, COMPONENTS) == {}
            assert await rest(connection) == 0


async def rest(connection: Connection) -> int:
    found = await connection.execute(
        "SELECT (SELECT count(*) FROM row_before) + (SELECT count(*) FROM carried_row)"
    )
    row = await found.fetchone()
    assert row is not None
    return int(row[0])
