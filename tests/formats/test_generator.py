"""Generated statements are what a bank would send: the same every time, and they add up."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from domain.errors import MalformedRow
from events.records import ControlTotal
from jobs.formats.client_bank import BAD, Context, Ordinals, RawRow, Totals, facts, generate, to_transaction
from tests.formats.statements import parse


def total_of(data: bytes) -> tuple[list[RawRow], Context, ControlTotal]:
    survey, rows, sections = parse(data)
    assert (survey.documents, survey.complete) == (len(rows), True)
    context, totals = Context.of(survey.context()), Totals()
    for row in rows:
        totals.add(facts(row, context))
    [(_, total)] = totals.result(sections, lambda _: "ref")
    return rows, context, total


@pytest.mark.parametrize("documents", [0, 1, 7, 1_500])
def test_a_statement_adds_up_and_every_row_of_it_is_good(documents: int) -> None:
    rows, context, total = total_of(b"".join(generate(documents)))
    found = [to_transaction(row, context, 0) for row in rows]
    assert len({transaction.key for transaction in found}) == documents
    assert (total.turnover, total.closing) == ("adds_up", "adds_up")
    signed = [item.amount if item.direction == "in" else -item.amount for item in found]
    assert total.closing_stated == (total.opening_stated or 0) + sum(signed, Decimal(0))
    assert {item.direction for item in found} <= {"in", "out"}
    assert {item.warnings for item in found} <= {()}


def test_the_same_arguments_give_the_same_bytes() -> None:
    assert list(generate(500, seed=7)) == list(generate(500, seed=7))
    assert list(generate(500, seed=7)) != list(generate(500, seed=8))


def test_it_is_written_as_banks_write() -> None:
    data = b"".join(generate(1_000))
    assert 800 < len(data) / 1_000 < 1_100
    assert data.count(b"\n") == data.count(b"\r\n")
    survey, rows, _ = parse(data)
    assert survey.encoding == "cp1251"
    assert len(survey.own_inns) == len(survey.own_accounts) == 1
    booked_later = sum(row["Дата"] not in (row.get("ДатаСписано"), row.get("ДатаПоступило")) for row in rows)
    assert 200 < booked_later < 300


def test_it_is_made_as_it_is_read() -> None:
    chunks = generate(10**5)
    assert isinstance(chunks, Iterator)
    assert next(chunks).startswith(b"1CClientBankExchange\r\n")


@pytest.mark.parametrize("code", BAD)
def test_a_planted_row_is_rejected_with_its_code(code: str) -> None:
    rows, context, total = total_of(b"".join(generate(100, bad=[code])))
    rejects = {}
    for number, row in enumerate(rows):
        try:
            to_transaction(row, context, 0)
        except MalformedRow as error:
            rejects[number] = error.code
    assert rejects == {50: code}
    unreadable = code in ("amount_missing", "amount_malformed", "amount_too_large")
    assert total.turnover == total.closing == ("unproven" if unreadable else "adds_up")
    assert total.unreadable == unreadable


def test_seven_rows_may_be_planted() -> None:
    seven = ["amount_missing", "date_impossible", "amount_too_large", "nul_byte", "date_malformed"] * 2
    rows, context, _ = total_of(b"".join(generate(1_000, bad=seven[:7])))
    codes = []
    for row in rows:
        try:
            to_transaction(row, context, 0)
        except MalformedRow as error:
            codes.append(error.code)
    assert codes == seven[:7]


def test_honest_identical_payments_all_count() -> None:
    rows, context, total = total_of(b"".join(generate(200, identical=30, bad=["date_missing"] * 10)))
    ordinals = Ordinals(len(rows))
    repeats = sum(ordinals.seen(facts(row, context).fingerprint) > 0 for row in rows)
    assert repeats == 30
    assert (total.turnover, total.closing) == ("adds_up", "adds_up")


def test_a_demo_says_so_in_every_purpose() -> None:
    rows, context, _ = total_of(b"".join(generate(50, demo=True)))
    assert all(to_transaction(row, context, 0).purpose.startswith("ДЕМО.") for row in rows)


def test_the_period_may_be_chosen() -> None:
    survey, rows, _ = parse(b"".join(generate(50, first_day=date(2024, 2, 28), days=2)))
    assert (survey.date_from, survey.date_to) == (date(2024, 2, 28), date(2024, 3, 1))
    assert {row["Дата"] for row in rows} == {"28.02.2024", "29.02.2024"}


@pytest.mark.parametrize(("bad", "identical"), [(["nul_byte"] * 3, 0), ([], 3), ([], 2), (["nul_byte"], 1)])
def test_more_than_there_is_room_for_is_refused(bad: list[str], identical: int) -> None:
    with pytest.raises(ValueError, match="too many"):
        list(generate(2, bad=bad, identical=identical))
