"""Real public files, where they lie beside the repository."""

from decimal import Decimal
from pathlib import Path

import pytest

from domain.errors import UnsupportedFormat
from jobs.formats.client_bank import Context, Totals, facts, survey_bytes, to_transaction
from tests.formats.statements import parse

SAMPLES = Path(__file__).parents[2].parent / "shared" / "samples" / "client-bank"

pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not beside the repository")


def test_one_day_of_thirteen_documents_reconciles_to_the_kopeck() -> None:
    survey, rows, sections = parse((SAMPLES / "kilylabs_one_day_cp1251.txt").read_bytes())
    context, totals = Context.of(survey.context()), Totals()
    found = [to_transaction(row, context, 0) for row in rows]
    for row in rows:
        totals.add(facts(row, context))
    [(account, total)] = totals.result(sections, lambda _: "ref")
    assert len(found) == survey.documents == 13
    assert sum(item.amount for item in found) == Decimal("81184.00")
    assert sum(item.amount for item in found if item.direction == "out") == Decimal("41184.00")
    assert len([item for item in found if item.direction == "out"]) == 10
    assert {item.account for item in found} == {account} == {"40702810200000000001"}
    assert (total.turnover, total.closing) == ("adds_up", "adds_up")
    assert (total.in_found, total.out_found) == (Decimal("40000.00"), Decimal("41184.00"))


@pytest.mark.parametrize(
    ("name", "documents"),
    [("bxshef_demo-1c.txt", 2), ("bxshef_vypiska-1c.txt", 3), ("odooru_kl_to_1c.txt", 1)],
)
def test_a_small_statement_adds_up(name: str, documents: int) -> None:
    survey, rows, sections = parse((SAMPLES / name).read_bytes())
    context, totals = Context.of(survey.context()), Totals()
    for row in rows:
        to_transaction(row, context, 0)
        totals.add(facts(row, context))
    [(_, total)] = totals.result(sections, lambda _: "ref")
    assert len(rows) == survey.documents == documents
    assert survey.complete
    assert (total.turnover, total.closing) == ("adds_up", "adds_up")


def test_a_booking_date_differs_from_the_documents() -> None:
    survey, [row], _ = parse((SAMPLES / "odooru_kl_to_1c.txt").read_bytes())
    found = to_transaction(row, Context.of(survey.context()), 0)
    assert (f"{found.date:%d.%m}", f"{found.booked_on:%d.%m}") == ("31.03", "03.04")


def test_a_minimal_file_has_no_documents() -> None:
    survey, rows, sections = parse((SAMPLES / "odooru_1c_to_kl_min.txt").read_bytes())
    assert (survey.documents, survey.complete, rows, sections) == (0, True, [], [])


def test_the_belarusian_format_is_refused_by_its_name() -> None:
    with pytest.raises(UnsupportedFormat) as caught:
        survey_bytes((SAMPLES / "bxshef_demo-type4-alfa.txt").read_bytes())
    assert caught.value.arguments == {"found": "belarusian_client_bank"}


@pytest.mark.parametrize("path", sorted(SAMPLES.parent.glob("[!c]*/*")), ids=lambda path: path.name)
def test_other_samples_are_no_statements(path: Path) -> None:
    with pytest.raises(UnsupportedFormat):
        survey_bytes(path.read_bytes())
