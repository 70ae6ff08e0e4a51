"""Imports and undos in every order: what is left is what the imports that stand would have made alone."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import permutations
from random import Random

import psycopg
import pytest

from tests.jobs.undoing_world import (
    GONE,
    Connection,
    documents,
    emptied,
    every,
    firms,
    imported,
    left_behind,
    undone,
)

pytestmark = pytest.mark.integration

KEYS = ("K1", "K2", "K3", "K4")
STORIES = 20
Brought = list[dict[str, str]]


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[Connection]:
    async with await psycopg.AsyncConnection.connect(database_url) as made:
        yield made


async def components(connection: Connection, task: int, rows: Mapping[str, str]) -> None:
    given = [{"code": key, "name": said, "unit": "шт"} for key, said in rows.items()]
    await imported(connection, "components", task, *given)


async def rates(connection: Connection, task: int, rows: Mapping[str, str]) -> None:
    given = [
        {"currency": "USD", "date": f"2025-03-0{key[-1]}", "rate": str(ord(said))}
        for key, said in rows.items()
    ]
    await imported(connection, "currency_rates", task, *given)


async def statements(connection: Connection, task: int, rows: Mapping[str, str]) -> None:
    """A row of a statement is known by all that it says."""
    await documents(connection, task, {key + said: said for key, said in rows.items()}, source="file")


@dataclass(frozen=True)
class World:
    """One kind: how rows are brought, how they are read (key, value), and which values they have."""

    kind: str
    bring: Callable[[Connection, int, Mapping[str, str]], Awaitable[None]]
    read: str
    values: tuple[str, ...] = ("a", "b")
    whole: bool = False

    def named(self, shown: str) -> str:
        """The key of a row by what a person knows it by."""
        return f"K{shown[-1]}" if self.kind == "currency_rates" else shown.split()[0]

    def alone(self, brought: Brought, gone: set[int]) -> dict[str, str]:
        """What the others bring, in their order, without those that are gone."""
        made: dict[str, str] = {}
        for number, rows in enumerate(brought):
            for key, said in rows.items() if number not in gone else ():
                name = key + said if self.whole else key
                made[name] = said
        return {name: said for name, said in made.items() if said != GONE}


WORLDS = (
    World("components", components, "SELECT code, name FROM component"),
    World(
        "currency_rates", rates, "SELECT 'K' || extract(day FROM day), chr(rate::integer) FROM currency_rate"
    ),
    World("bank_transactions", statements, "SELECT number, purpose FROM bank_transaction", whole=True),
    World(
        "bank_transactions",
        documents,
        "SELECT number, purpose FROM bank_transaction WHERE NOT retracted",
        ("a", "b", GONE),
    ),
    World(
        "contractors",
        firms,
        "SELECT code, full_name FROM contractor WHERE NOT retracted",
        ("a", "b", GONE),
    ),
)


def stories(world: World, tasks: int) -> Iterator[tuple[Brought, tuple[int, ...]]]:
    """What each task brings, and in which order they are undone."""
    chance = Random(tasks)
    orders = list(permutations(range(tasks)))
    for _ in range(STORIES):
        brought = [
            {key: chance.choice(world.values) for key in KEYS if chance.random() < 0.7} for _ in range(tasks)
        ]
        yield brought, chance.choice(orders)


@pytest.mark.parametrize("tasks", [2, 3, 4])
@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.bring.__name__)
async def test_what_is_left_is_what_the_others_bring_alone(
    connection: Connection, world: World, tasks: int
) -> None:
    for brought, order in stories(world, tasks):
        await emptied(connection)
        for number, rows in enumerate(brought, 1):
            await world.bring(connection, number, rows)
        gone: set[int] = set()
        told: set[str] = set()
        for number in order:
            done = await undone(connection, world.kind, number + 1, most=2)
            gone.add(number)
            told |= {world.named(one.row.shown) for one in done if one.action == "leave"}
            left = dict(await every(connection, world.read))
            wanted = world.alone(brought, gone)
            for key in {*left, *wanted} - told:
                assert left.get(key) == wanted.get(key), (brought, order, gone, key)
        if tasks == 2 or world.whole:
            # With one mark a row it is known who else brought it, but not who else besides.
            assert (left, told, await left_behind(connection)) == ({}, set(), 0)
