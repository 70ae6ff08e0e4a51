"""Whatever happens to a file, reading it gives rows or an error with a name, in bounded memory."""

import io
import tracemalloc
from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jobs.formats import commerceml, mxl
from jobs.formats.client_bank import Context, StatementParser, Totals, facts, generate, survey_bytes
from jobs.formats.client_bank.generator import BAD
from jobs.formats.mxl.generator import binary_7, text_8
from tests.fuzz.files import damaged, ends, samples

# A file of a few kilobytes may not take more than this, whatever it says of itself.
MOST_BYTES = 16_000_000
bounded = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.data_too_large])

SHEET = [(n, {0: f'Болт "М{n}"', 1: "29\u00a0120,00", 3: "шт\nупак"}) for n in (1, 2, 5, 9)]
SHEETS_8 = [b"".join(text_8(SHEET, len(SHEET), sub)) for sub in (6, 11)] + samples("mxl")
SHEETS_7 = [binary_7(SHEET, version) for version in (6, 7)]
STATEMENTS = [
    b"".join(generate(5)),
    b"".join(generate(5, bad=list(BAD)[:1])),
    *samples("client-bank"),
]
OFFER = (
    '<Предложение><Ид>g#c</Ид><Артикул>А-1</Артикул><БазоваяЕдиница Код="796">шт</БазоваяЕдиница>'
    '<Количество>7</Количество><Склад ИдСклада="s1" КоличествоНаСкладе="4"/></Предложение>'
)
CONTRACTOR = "<Контрагент><Ид>1</Ид><Наименование>Ромашка</Наименование><ИНН>7700000009</ИНН></Контрагент>"
XML = [
    (
        f'<?xml version="1.0" encoding="{encoding}"?><КоммерческаяИнформация><Контрагенты>{CONTRACTOR * 2}'
        f"</Контрагенты><ПакетПредложений><Предложения>{OFFER * 2}</Предложения></ПакетПредложений>"
        "</КоммерческаяИнформация>"
    ).encode(encoding)
    for encoding in ("utf-8", "windows-1251")
] + samples("commerceml")[:2]


def _statement(data: bytes) -> None:
    survey = survey_bytes(data)
    context, totals, parser = Context.of(survey.context()), Totals(), StatementParser(survey)
    rows = [*parser.feed(data), *parser.close()]
    for row in rows:
        totals.add(facts(row, context))
    totals.result(parser.sections, str)
    assert len(rows) == survey.documents


def _sheet(data: bytes) -> None:
    last = 0
    for row in mxl.rows(io.BytesIO(data)):
        assert row.number > last
        last = row.number


def _commerceml(data: bytes) -> None:
    half = len(data) // 2
    for read in (commerceml.contractors, commerceml.offers):
        for row in read((data[:half], data[half:])):
            assert all(isinstance(text, str) for text in row.values())


def _bounded(read: Callable[[bytes], None], data: bytes) -> None:
    tracemalloc.start()
    try:
        ends(lambda: read(data))
        assert tracemalloc.get_traced_memory()[1] < MOST_BYTES
    finally:
        tracemalloc.stop()


@bounded
@given(damaged(SHEETS_8))
def test_a_damaged_sheet_of_8(data: bytes) -> None:
    _bounded(_sheet, data)


@bounded
@given(damaged(SHEETS_7))
def test_a_damaged_sheet_of_7(data: bytes) -> None:
    _bounded(_sheet, data)


@bounded
@given(damaged(STATEMENTS))
def test_a_damaged_statement(data: bytes) -> None:
    _bounded(_statement, data)


@bounded
@given(damaged(XML))
def test_damaged_commerceml(data: bytes) -> None:
    _bounded(_commerceml, data)


HEADS = (b"", b"MOXCEL\0\x08\0\x01\0\x0b\0\xef\xbb\xbf{", b"MOXCEL" + bytes(5) + b"\x07\0", b"<?xml ?>", b"<")


@bounded
@given(st.sampled_from(HEADS), st.binary(max_size=2_000))
def test_noise(head: bytes, noise: bytes) -> None:
    for read in (_sheet, _statement, _commerceml):
        _bounded(read, head + noise)


NOTES = st.recursive(
    st.sampled_from(["1", "16", "0", '"ru"', '"а""б"', "{1,0}", '{"N",5}', '{"S","x"}', "", " "]),
    lambda inner: st.lists(inner, max_size=5).map(lambda found: "{" + ",".join(found) + "}"),
    max_leaves=12,
)


@bounded
@given(st.lists(NOTES, max_size=6))
def test_brackets_of_any_shape_in_a_cell(cells: list[str]) -> None:
    body = ",".join(f"{place},{cell}" for place, cell in enumerate(cells))
    head = SHEETS_8[1][:16]
    data = f'{{8,1,11,{{"ru"}},0,0,0,0,0,0,0,0,0,0,0,1,0,0,{len(cells)},{body},{{1}}}}'.encode()
    _bounded(_sheet, head + data)
