"""The encoding is what it is, not what the header says, and one line may differ from the rest."""

import pytest

from jobs.formats.client_bank import survey_bytes
from jobs.formats.client_bank.encoding import decode, unify, whole_lines
from tests.formats.statements import END, SECTION, document, parse, rows_of, statement


@pytest.mark.parametrize("encoding", ["cp1251", "cp866", "utf-8"])
@pytest.mark.parametrize("claimed", ["Windows", "DOS"])
def test_the_header_is_not_believed(encoding: str, claimed: str) -> None:
    data = statement(SECTION, document(), END).decode("cp1251").replace("Windows", claimed).encode(encoding)
    survey, rows, sections = parse(data)
    assert survey.encoding == encoding
    assert rows[0]["Получатель1"] == 'ООО "РОМАШКА"'
    assert sections[0].closing == 74950


def test_a_byte_order_mark_is_no_part_of_the_first_line() -> None:
    data = b"\xef\xbb\xbf" + statement(document(), END, encoding="utf-8")
    assert survey_bytes(data).encoding == "utf-8"
    assert len(rows_of(data)) == 1


def test_a_byte_order_mark_before_cp1251_is_not_believed() -> None:
    data = b"\xef\xbb\xbf" + statement(document(), END)
    assert survey_bytes(data).encoding == "cp1251"
    assert rows_of(data)[0]["Номер"] == "17"


@pytest.mark.parametrize("encoding", ["cp1251", "cp866", "utf-8"])
@pytest.mark.parametrize("other", ["cp1251", "cp866", "utf-8"])
def test_a_last_line_in_another_encoding_still_ends_the_file(encoding: str, other: str) -> None:
    survey, rows, _ = parse(statement(document(), encoding=encoding) + END.encode(other))
    assert (survey.encoding, survey.complete) == (encoding, True)
    assert "_defect" not in rows[0]


@pytest.mark.parametrize("encoding", ["cp1251", "cp866", "utf-8"])
@pytest.mark.parametrize("other", ["cp1251", "cp866", "utf-8"])
def test_a_whole_document_in_another_encoding_is_read(encoding: str, other: str) -> None:
    good = document().encode(encoding)
    data = statement(encoding=encoding) + good * 3 + document(Номер="Ж-18").encode(other) + good
    survey, rows, _ = parse(data)
    assert survey.encoding == encoding
    assert survey.documents == len(rows) == 5
    assert rows[3]["Номер"] == "Ж-18"
    assert rows[3]["НазначениеПлатежа"] == "Оплата по счету № 5"


def test_one_field_in_another_encoding_is_read() -> None:
    before, _, behind = document().partition("Получатель1=")
    line, _, behind = behind.partition("\n")
    data = statement() + before.encode("cp1251") + f"Получатель1={line}\n".encode() + behind.encode("cp1251")
    assert rows_of(data)[0]["Получатель1"] == 'ООО "РОМАШКА"'


def test_a_continued_line_in_utf8_inside_cp1251_is_read() -> None:
    before, end, behind = document().partition("КонецДокумента")
    data = statement() + before.encode("cp1251") + "за март\n".encode() + (end + behind).encode("cp1251")
    assert rows_of(data)[0]["НазначениеПлатежа"] == "Оплата по счету № 5\nза март"


@pytest.mark.parametrize(
    ("line", "encoding", "text"),
    [
        # No key tells what these are: the commonest encoding, and a mark where even that has no letter.
        ("Оплата".encode("cp1251"), "utf-8", "Оплата"),
        (b"\xce\x98\xce", "cp1251", "О\ufffdО"),
        ("Оплата".encode("cp866"), "cp866", "Оплата"),
        ("Сумма=\x98".encode("cp1251", "ignore") + b"\x98", "cp1251", "Сумма=\ufffd"),
    ],
)
def test_a_line_that_fits_nowhere_is_kept_as_well_as_can_be(line: bytes, encoding: str, text: str) -> None:
    assert decode(line, encoding) == text


def test_what_a_line_says_does_not_depend_on_its_neighbours() -> None:
    lines = [document().encode("cp1251"), "Номер=Я\n".encode(), b"\x98\n", "Номер=Я\n".encode("cp866")]
    for encoding in ("cp1251", "cp866", "utf-8"):
        apart = [decode(line, encoding) for whole in lines for line in whole.splitlines(keepends=True)]
        assert decode(b"".join(lines), encoding) == "".join(apart)


def test_line_ends_of_all_kinds_are_one() -> None:
    assert unify(b"a\r\nb\nc\rd\r\r\n") == b"a\nb\nc\nd\n\n"


@pytest.mark.parametrize(
    ("data", "length"), [(b"a\nb", 2), (b"a\rb", 2), (b"a\r", 0), (b"a\r\n", 3), (b"", 0)]
)
def test_half_a_line_end_is_not_cut_off(data: bytes, length: int) -> None:
    assert whole_lines(data) == length


@pytest.mark.parametrize("end", ["\r\n", "\r", "\r\r\n"])
def test_line_ends_do_not_matter(end: str) -> None:
    plain = statement(SECTION, document(), document(Номер="18"), END)
    other = plain.replace(b"\n", end.encode())
    assert parse(other) == parse(plain)
