"""Memory stays bounded whatever a file holds."""

import tracemalloc
from collections.abc import Iterator

import pytest

from jobs.formats.client_bank import FileSurvey, StatementParser, Surveyor
from jobs.formats.client_bank.machine import MAX_DOCUMENT
from tests.formats.statements import END, document, parse, payment, rows_of, statement

MEGABYTE = b"x" * (1 << 20)


def peak(chunks: Iterator[bytes]) -> tuple[int, list[dict[str, str]]]:
    """Bytes that survey and parser held at most, and the rows."""
    tracemalloc.start()
    surveyor, parser = Surveyor(), StatementParser(FileSurvey("utf-8", 1))
    rows = []
    for chunk in chunks:
        surveyor.feed(chunk)
        rows += parser.feed(chunk)
    surveyor.close()
    rows += parser.close()
    held = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return held, rows


def long_line() -> Iterator[bytes]:
    head, _, tail = document().encode().partition("счету".encode())
    yield statement(document(), encoding="utf-8") + head
    for _ in range(100):
        yield MEGABYTE
    yield tail + document(Номер="19").encode() + END.encode()


def long_document() -> Iterator[bytes]:
    yield statement(document(), encoding="utf-8") + document().replace("КонецДокумента\n", "").encode()
    for number in range(100):
        yield b"Key%d=%b\n" % (number, b"y" * 1000) * 500
    yield document(Номер="19").encode() + END.encode()


@pytest.mark.parametrize("chunks", [long_line, long_document])
def test_a_hundred_megabytes_in_one_document_are_never_held(chunks: object) -> None:
    assert callable(chunks)
    held, rows = peak(chunks())
    assert held < 16 << 20
    assert [row.get("_defect") for row in rows] == [None, "document_too_long", None]
    assert (rows[0]["Номер"], rows[2]["Номер"]) == ("17", "19")
    assert max(len(value) for value in rows[1].values()) <= 1000


def test_a_line_of_a_hundred_megabytes_in_the_header_is_passed_over() -> None:
    def chunks() -> Iterator[bytes]:
        yield statement(encoding="utf-8") + "Получатель=".encode()
        for _ in range(100):
            yield MEGABYTE
        yield b"\n" + document().encode()

    held, rows = peak(chunks())
    assert held < 16 << 20
    assert rows == [payment()]


@pytest.mark.parametrize("size", [1 << 12, 1 << 16, 1 << 18, (1 << 18) + 7, 1 << 24])
@pytest.mark.parametrize("letter", ["я", "x", "\U0001f4a7"])
def test_a_long_document_gives_the_same_row_however_it_is_cut(size: int, letter: str) -> None:
    long = document(НазначениеПлатежа=letter * (3 << 20), Ключ=letter * 5000)
    data = statement(document(), long, document(Номер="19"), END, encoding="utf-8")
    survey, rows, _ = parse(data, size)
    assert survey.documents == 3
    assert rows == [payment(), rows[1], payment(Номер="19")]
    assert (rows[1]["Номер"], rows[1]["_defect"]) == ("17", "document_too_long")
    assert "НазначениеПлатежа" not in rows[1]


def test_a_document_just_short_enough_is_read_whole() -> None:
    room = MAX_DOCUMENT - len(document()) - 10
    long = payment(НазначениеПлатежа="я" * room)
    assert rows_of(statement(document(НазначениеПлатежа="я" * room), END)) == [long]


def test_a_type_that_is_too_long_marks_its_document() -> None:
    text = document().replace("Платежное", "П" * MAX_DOCUMENT)
    row = rows_of(statement(text, END))[0]
    assert (row["_defect"], len(row["СекцияДокумент"])) == ("document_too_long", 1000)


def test_a_long_line_may_end_with_the_file() -> None:
    text = document().replace("КонецДокумента\n", "я" * (1 << 20))
    row = rows_of(statement(text, encoding="utf-8"))[0]
    assert row["_defect"] == "document_too_long"


def test_bytes_that_begin_no_character_are_cut_anywhere() -> None:
    data = statement(encoding="utf-8") + b"\x80" * (3 << 20)
    assert rows_of(data) == []


def test_a_purpose_of_a_hundred_thousand_lines_is_read_at_once() -> None:
    lines = "x\n" * 100_000
    text = document().replace("КонецДокумента", f"{lines}КонецДокумента")
    row = rows_of(statement(text, END))[0]
    assert row["НазначениеПлатежа"].count("\nx") == 100_000
