"""What holds for every file: chunks do not matter, nothing but our own errors, nothing is lost."""

from collections.abc import Iterator
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import TidemarkError
from jobs.formats.client_bank import (
    Context,
    FileSurvey,
    RawRow,
    StatementParser,
    Surveyor,
    Totals,
    facts,
    generate,
    survey_bytes,
    to_transaction,
)
from jobs.formats.client_bank.machine import Machine
from tests.formats.statements import END, HEADER, PATIENT, SECTION, document, parse

LINES = (HEADER + SECTION + document() + END).splitlines()
FRAGMENTS = [
    *LINES,
    *(line.upper() for line in LINES),
    "Номер = 5",
    "Сумма=15000,00",
    "за март\0",
    "ИНН 7700000005 ООО Р",
    "",
    "=",
    "x=y=z",
    "НазначениеПлатежа1=строка",
    "UIN=1",
]
line = st.builds(
    lambda text, encoding, end: text.encode(encoding, "ignore") + end,
    st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=20)),
    st.sampled_from(["cp1251", "cp1251", "cp1251", "utf-8", "cp866"]),
    st.sampled_from([b"\n", b"\n", b"\r\n", b"\r", b""]),
)
torn = st.lists(st.one_of(line, line, line, st.binary(max_size=20)), max_size=60).map(b"".join)
whole = st.lists(
    st.one_of(st.just(document()), st.just(SECTION), st.builds(document, Номер=st.text("0123456789"))),
    max_size=20,
).map(lambda parts: (HEADER + "".join(parts) + END).encode("cp1251"))
file = st.one_of(torn, torn.map(lambda data: HEADER.encode("cp1251") + data), whole)


def in_chunks(data: bytes, cuts: list[int]) -> Iterator[bytes]:
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return (data[start:end] for start, end in pairwise(places))


def outcome(
    data: bytes, cuts: list[int], block: int = 1 << 17
) -> tuple[FileSurvey, list[RawRow], object] | str:
    """Survey, rows and sections of a file cut in a certain way; or the code it is refused with."""
    try:
        surveyor = Surveyor(block)
        for chunk in in_chunks(data, cuts):
            surveyor.feed(chunk)
        survey = surveyor.close()
        parser = StatementParser(survey, block)
        rows: list[RawRow] = []
        for chunk in in_chunks(data, cuts):
            rows += parser.feed(chunk)
        return survey, rows + parser.close(), parser.sections
    except TidemarkError as error:
        return error.code


@settings(PATIENT, max_examples=300)
@given(file, st.lists(st.integers(0, 10**6), max_size=30))
def test_chunks_do_not_matter(data: bytes, cuts: list[int]) -> None:
    assert outcome(data, cuts, block=1) == outcome(data, [])


@settings(PATIENT, max_examples=300)
@given(file)
def test_the_survey_counts_what_the_parser_gives(data: bytes) -> None:
    found = outcome(data, [])
    if not isinstance(found, str):
        survey, rows, _ = found
        assert survey.documents == len(rows)


@settings(PATIENT, max_examples=300)
@given(file)
def test_nothing_but_our_own_errors_is_raised(data: bytes) -> None:
    found = outcome(data, [])
    if isinstance(found, str):
        return
    survey, rows, _ = found
    context, totals = Context.of(survey.context()), Totals()
    for row in rows:
        totals.add(facts(row, context))
        assert all("\0" not in text for pair in row.items() for text in pair)
        try:
            transaction = to_transaction(row, context, 0)
        except TidemarkError:
            continue
        assert transaction.amount > 0


@settings(PATIENT)
@given(whole)
def test_the_quick_way_reads_as_the_slow_one(data: bytes) -> None:
    machine = Machine()
    for text in data.decode("cp1251").split("\n"):
        machine.line(text)
    machine.end_of_file()
    survey, rows, sections = parse(data)
    assert (rows, sections) == (machine.rows, machine.sections)
    assert survey.documents == len(rows)


@settings(PATIENT, max_examples=25)
@given(st.integers(0, 900), st.integers(0, 10**9), st.integers(0, 9))
def test_what_is_generated_is_what_is_read(documents: int, seed: int, identical: int) -> None:
    identical = identical if documents > 20 else 0
    data = b"".join(generate(documents, seed=seed, identical=identical))
    survey = survey_bytes(data)
    parser = StatementParser(survey)
    rows = parser.feed(data) + parser.close()
    context, totals = Context.of(survey.context()), Totals()
    for row in rows:
        found = facts(row, context)
        totals.add(found)
        assert found.amount == to_transaction(row, context, 0).amount * 100
    [(_, total)] = totals.result(parser.sections, lambda _: "ref")
    assert len(rows) == survey.documents == documents
    assert (total.turnover, total.closing) == ("adds_up", "adds_up")
