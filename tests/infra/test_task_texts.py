"""A worker's spec has what a person wrote beside the file, which the log has not."""

import psycopg
import pytest
from psycopg.types.json import Jsonb

from domain.errors import Fatal
from infra.clock import new_id
from infra.objects import ObjectStore
from infra.task_texts import keyed_hash, spec_with_texts
from jobs.base import SourceTools, TaskSpec
from jobs.sources.mappings import Mappings

pytestmark = pytest.mark.integration

SPEC = f"SELECT {spec_with_texts('s')} FROM task_state s WHERE task_id = %s"


@pytest.mark.parametrize(
    ("params", "texts", "expected"),
    [
        ({"demo": True}, {"warehouse": "x"}, {"demo": True}),
        ({"texts": "ab", "demo": True}, {"warehouse": "x"}, {"demo": True, "warehouse": "x"}),
        ({"texts": "ab"}, None, {"texts": "ab"}),
        ({"warehouse": "of an earlier version"}, None, {"warehouse": "of an earlier version"}),
    ],
)
async def test_params_are_whole(
    database_url: str,
    params: dict[str, object],
    texts: dict[str, str] | None,
    expected: dict[str, object],
) -> None:
    task_id = new_id()
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        await connection.execute(
            "INSERT INTO task_state (task_id, partition, state, spec) VALUES (%s, 0, '{}', %s)",
            [task_id, Jsonb({"kind": "stock_import", "params": params})],
        )
        if texts is not None:
            await connection.execute("INSERT INTO task_text VALUES (%s, %s)", [task_id, Jsonb(texts)])
        found = await (await connection.execute(SPEC, [task_id])).fetchone()
        await connection.rollback()
    assert found == ({"kind": "stock_import", "params": expected},)


MENDED = {"texts": "cd", "texts_of": "{copy}", "header_row": 2, "sheet": None}


@pytest.mark.parametrize(
    ("params", "otherwise", "expected"),
    [
        ({"texts": "ab"}, {"preview": "p"}, {"own": "x", "preview": "p"}),
        # Of an earlier version, in plain.
        ({"texts": "ab"}, {"own": "z"}, {"own": "z"}),
        ({"texts": "ab", "demo": True}, MENDED, {"demo": True, "header_row": 2, "sheet": "y"}),
        ({"demo": True}, MENDED, {"demo": True, "header_row": 2, "sheet": "y"}),
        ({"sheet": "old"}, MENDED, {"header_row": 2, "sheet": "y"}),
        # Nothing that was written holds any more.
        ({"texts": "ab"}, {"texts": None, "texts_of": None, "sheet": None}, {"sheet": None}),
        ({"texts": "ab"}, {"texts": "cd", "texts_of": new_id()}, {"texts": "cd"}),
    ],
)
async def test_an_attempt_has_texts_of_its_own(
    database_url: str, params: dict[str, object], otherwise: dict[str, object], expected: dict[str, object]
) -> None:
    task_id, copy = new_id(), new_id()
    work = {"params": {n: copy if said == "{copy}" else said for n, said in otherwise.items()}}
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        await connection.execute(
            "INSERT INTO task_state (task_id, partition, state, spec) VALUES (%s, 0, %s, %s)",
            [task_id, Jsonb({"work": work}), Jsonb({"params": params})],
        )
        for holder, texts in ((task_id, {"own": "x"}), (copy, {"sheet": "y"})):
            await connection.execute("INSERT INTO task_text VALUES (%s, %s)", [holder, Jsonb(texts)])
        found = await (await connection.execute(SPEC, [task_id])).fetchone()
        await connection.rollback()
    assert found == ({"params": expected},)


async def test_failing_a_task_whose_texts_are_gone_says_so() -> None:
    tools = SourceTools(ObjectStore.from_url("memory:///"), str)
    with pytest.raises(Fatal, match="task_texts_gone"):
        await Mappings(TaskSpec("t", 1, "stock_import", {"texts": "ab"}, {}), tools).wishes()


def test_a_hash_depends_on_the_key_and_not_on_the_order() -> None:
    said = {"a": "1", "b": "2"}
    assert keyed_hash(b"k", said) == keyed_hash(b"k", dict(reversed(said.items()))) != keyed_hash(b"l", said)
