"""Whatever is imported, imported again, ruled, learned or classified again: what a person chose stays."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from api.choosing import choose
from infra.clock import new_id
from infra.postgres import create_engine
from jobs.base import Batch, TaskSpec
from jobs.classify import Classifier, Rule
from jobs.kinds.transaction_copy import Incoming
from jobs.kinds.transaction_rows import TransactionWriter
from jobs.kinds.transactions_reclassify import TransactionsReclassify
from tests.jobs import booking
from tests.jobs.booking import ROW, Connection

pytestmark = pytest.mark.integration

KEYS = [bytes([number]) * 16 for number in range(1, 5)]
KIND = TransactionsReclassify()
steps = st.lists(
    st.one_of(
        st.tuples(st.just("onec"), st.sets(st.sampled_from(KEYS), min_size=1)),
        st.tuples(st.just("statement"), st.sets(st.sampled_from(KEYS), min_size=1)),
        st.tuples(st.just("rule"), st.sampled_from(["По правилу", "Иначе"])),
        st.tuples(st.just("again"), st.none()),
        st.tuples(st.just("person"), st.tuples(st.sampled_from(KEYS), st.sampled_from(["Моя", "Другая"]))),
    ),
    max_size=12,
)


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[Connection]:
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as made:
        yield made


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    made = create_engine(database_url, pool_size=1)
    yield made
    await made.dispose()


class Books:
    """What is done to transactions, and what must be true of them: the choices of persons."""

    def __init__(self, connection: Connection, engine: AsyncEngine) -> None:
        self._connection, self._engine = connection, engine
        self._writer, self._version, self._rules = TransactionWriter(), 0, list[Rule]()
        self.chosen: dict[str, str] = {}

    async def imported(self, source: str, keys: set[bytes]) -> None:
        self._version += 1
        classifier = Classifier(self._rules)
        batch = Batch(TaskSpec(new_id(), 1, "bank_transactions", {}, {}), 1, 1, [], {}, {"source": source})
        rows = [ROW._replace(key=key, data_version=str(self._version)) for key in sorted(keys)]
        incoming = [Incoming(place, row, classifier.decide(row)) for place, row in enumerate(rows, 1)]
        async with self._connection.transaction():
            await self._writer.write(self._connection, batch, incoming)

    async def ruled(self, category: str) -> None:
        await self._connection.execute("DELETE FROM classification_rule")
        made = await booking.rule(self._connection, category, purpose="арендная")
        self._rules = [Rule(made, category, purpose="арендная")]

    async def again(self) -> None:
        found = await self._connection.execute("SELECT id::text, number FROM bank_transaction ORDER BY id")
        rows = [{"id": name, "number": number} for name, number in await found.fetchall()]
        batch = Batch(TaskSpec(new_id(), 1, KIND.name, {}, {}), 1, 1, rows, {}, {})
        async with self._connection.transaction():
            await KIND.write(self._connection, batch)

    async def person(self, key: bytes, category: str) -> None:
        ids = await self._select("SELECT id FROM bank_transaction WHERE key = %s", [UUID(bytes=key)])
        async with self._engine.begin() as connection:
            await choose(connection, [one for (one,) in ids], category, new_id())
        self.chosen |= {str(one): category for (one,) in ids}

    async def persons(self) -> dict[str, str]:
        found = await self._select(
            "SELECT id::text, category FROM bank_transaction"
            " WHERE classified_by = 'person' AND confidence = 1"
        )
        return dict(found)

    async def confirmed(self) -> list[Any]:
        return await self._select("SELECT category, times FROM confirmed_category WHERE times > 0 ORDER BY 1")

    async def _select(self, statement: str, parameters: list[Any] | None = None) -> list[Any]:
        return await (await self._connection.execute(statement, parameters)).fetchall()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
async def test_nothing_overwrites_what_a_person_chose(
    connection: Connection, engine: AsyncEngine, done: list[tuple[str, Any]]
) -> None:
    await booking.emptied(connection)
    books = Books(connection, engine)
    for what, how in done:
        match what:
            case "rule":
                await books.ruled(how)
            case "again":
                await books.again()
            case "person":
                await books.person(*how)
            case source:
                await books.imported(source, how)
        assert await books.persons() == books.chosen
    assert await books.confirmed() == sorted(Counter(books.chosen.values()).items())
