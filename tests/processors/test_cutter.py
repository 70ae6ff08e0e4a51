"""Batches are cut the same way every time, lose no row, and fit into a message."""

import random
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from infra.kafka import decompress
from jobs.base import TOO_LARGE, Page
from processors.reader.cutter import CutBatch, Cutter, Sizes

HEAD = {"attempt": 1, "kind": "bank_transactions", "dry_run": False, "context": {}}
SMALL = Sizes(rows=5, first_rows=2, first_batches=3, large_rows=9, large_after=5)

rows = st.lists(st.fixed_dictionaries({"Номер": st.text(max_size=8)}), max_size=60)


def pages(of: list[dict[str, Any]], size: int) -> list[Page]:
    return [Page(of[i : i + size]) for i in range(0, len(of), size)]


def cut(of: list[dict[str, Any]], size: int, **cursor: int) -> list[CutBatch]:
    cutter = Cutter(
        HEAD, SMALL, after_row=cursor.get("after_row", 0), after_batch=cursor.get("after_batch", 0)
    )
    batches = [batch for page in pages(of, size) for batch in cutter.add(page)]
    return batches + list(cutter.close())


def rows_of(batch: CutBatch) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = orjson.loads(decompress(batch.value))["rows"]
    return found


@given(rows, st.integers(1, 20), st.integers(1, 20))
def test_the_pages_do_not_show_in_the_batches(source: list[dict[str, Any]], one: int, other: int) -> None:
    assert cut(source, one) == cut(source, other)


@given(rows, st.integers(1, 20))
def test_every_row_is_in_one_batch_in_order(source: list[dict[str, Any]], size: int) -> None:
    batches = cut(source, size)
    assert [row for batch in batches for row in rows_of(batch)] == source
    assert [batch.batch_no for batch in batches] == list(range(1, len(batches) + 1))
    following = 1
    for batch in batches:
        assert batch.first_row == following
        following += batch.rows


@given(rows.filter(lambda some: len(some) > 3), st.integers(1, 20), st.data())
def test_a_cursor_goes_on_with_the_same_batches(
    source: list[dict[str, Any]], size: int, data: st.DataObject
) -> None:
    whole = cut(source, size)
    done = data.draw(st.integers(0, len(whole)))
    after = whole[done - 1].first_row + whole[done - 1].rows - 1 if done else 0
    assert cut(source, size, after_row=after, after_batch=done) == whole[done:]


def test_the_first_batches_are_small_so_that_a_bar_moves_at_once_and_those_of_a_long_file_large() -> None:
    assert [batch.rows for batch in cut([{}] * 30, 20)] == [2, 2, 2, 5, 5, 9, 5]


def test_a_task_of_one_importer_has_long_batches_at_once() -> None:
    sizes = SMALL.for_one_importer()
    assert [sizes.of(batch_no) for batch_no in range(1, 8)] == [2, 2, 2, 5, 18, 18, 18]


def test_what_does_not_fit_into_a_message_is_halved() -> None:
    noise = random.Random(1)
    source = [{"purpose": noise.randbytes(1500).hex()} for _ in range(40)]
    cutter = Cutter(HEAD, Sizes(rows=40, first_batches=0, large_rows=40, packed=20_000))
    batches = [*cutter.add(Page(source)), *cutter.close()]
    assert len(batches) > 1
    assert all(len(batch.value) <= 20_000 for batch in batches)
    assert [row for batch in batches for row in rows_of(batch)] == source


def test_a_row_larger_than_a_message_leaves_its_size_in_its_place() -> None:
    row = {"purpose": random.Random(2).randbytes(30_000).hex()}
    cutter = Cutter(HEAD, Sizes(rows=3, first_batches=0, large_rows=3, packed=20_000))
    batches = [*cutter.add(Page([{"a": 1}, row, {"b": 2}])), *cutter.close()]
    found = [one for batch in batches for one in rows_of(batch)]
    assert found[0] == {"a": 1}
    assert int(found[1][TOO_LARGE]) > 60_000
    assert found[2] == {"b": 2}


def test_ordinals_travel_with_the_batch_of_their_row() -> None:
    cutter = Cutter(HEAD, SMALL)
    page = Page([{"n": n} for n in range(9)], ordinals={2: 1, 3: 1, 9: 2})
    found = [
        orjson.loads(decompress(batch.value))["ordinals"] for batch in [*cutter.add(page), *cutter.close()]
    ]
    assert found == [{"2": 1}, {"3": 1}, {}, {"9": 2}]
