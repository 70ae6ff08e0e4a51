"""CSV: encodings, delimiters, line breaks in quotes, and what is no CSV at all."""

import io
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.errors import Fatal, TidemarkError
from jobs.formats.tables.books import opened
from jobs.formats.tables.csv_rows import MOST_LINE
from jobs.formats.tables.guessing import delimiter_of, encoding_of
from jobs.formats.tables.limits import MOST_COLUMNS
from tests.formats.sheets import cells

HEADER = "Артикул;Наименование;Цена, руб;Остаток\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "cp866", "utf-16"])
def test_success_encoding_and_delimiter_are_told(encoding: str) -> None:
    book = opened(io.BytesIO((HEADER + "А-1;Болт;1;2\n").encode(encoding)))
    assert (book.format, book.encoding, book.delimiter) == ("csv", encoding, ";")
    assert [row.cells for row in book.rows("")][1] == ["А-1", "Болт", "1", "2"]


def test_letters_far_behind_the_beginning_tell_the_encoding_too() -> None:
    content = b"code;name\n" + b"1;bolt\n" * 20_000 + "2;Гайка\n".encode("cp1251")
    assert encoding_of(iter([content[:100_000], content[100_000:]])) == "cp1251"


def test_a_letter_cut_in_half_by_a_chunk_is_still_utf8() -> None:
    content = HEADER.encode()
    assert encoding_of(iter([content[:3], content[3:]])) == "utf-8"


def test_one_broken_line_does_not_change_the_encoding() -> None:
    content = HEADER.encode() * 20 + "Б\n".encode("cp1251")
    assert encoding_of(iter([content])) == "utf-8"
    assert cells(content)[-1] == ["\ufffd"]


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ('a;"1,2,3,4";b\n', ";"),
        ("a\tb, c, d\n1\t2,3\n", "\t"),
        ("a,b\n1,2\n", ","),
        ("a|b|c\n1|2|3\n", "|"),
        ("Отчет, за март, полный\na;b\n1;2\n3;4\n", ";"),
        ("один столбец\n", ";"),
    ],
)
def test_delimiters_are_told_by_regular_lines(text: str, delimiter: str) -> None:
    assert delimiter_of(text) == delimiter


def test_line_breaks_in_quotes_are_part_of_a_cell() -> None:
    long = "x\r\n" * 30_000
    assert cells(f'a;b\r\n"1\n2";"{long}"\r\n3;4'.encode()) == [["a", "b"], ["1\n2", long], ["3", "4"]]


def test_failing_what_never_ends_is_refused_in_bounded_memory() -> None:
    with pytest.raises(Fatal, match="csv_quote_open"):
        cells(b'a;b\n"' + b"1;2\n" * 50_000)
    with pytest.raises(Fatal, match="csv_line_too_long"):
        cells(b"a;b\n" + b"x" * (MOST_LINE + 1))
    with pytest.raises(Fatal, match="csv_line_too_long"):
        cells(b"a;b\n" + b'"\n";aa;' * (MOST_LINE // 7 + 1))
    assert len(cells(b'a;"\nb"\n' * (MOST_LINE // 8))) == MOST_LINE // 8
    with pytest.raises(Fatal, match="table_too_wide"):
        cells(b"a;b\n" + b"1;" * MOST_COLUMNS + b"2")
    assert len(cells(b"a;b\n1" + b";" * 3 * MOST_COLUMNS)) == 2


@pytest.mark.parametrize(
    ("content", "code", "found"),
    [
        (b"", "file_empty", None),
        (b" \r\n\0", "file_empty", None),
        (b"%PDF-1.7", "table_other_format", "pdf"),
        (b"1CClientBankExchange\r\n", "table_is_statement", None),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "table_other_format", "xls"),
        (b"<?xml version='1.0'?><a/>", "table_other_format", "xml"),
        (b"\x01\x02\x03\x04 binary", "file_not_a_table", None),
        (b"Rar!\x1a\x07", "table_other_format", "rar"),
    ],
)
def test_failing_other_formats_are_refused_by_name(content: bytes, code: str, found: str | None) -> None:
    with pytest.raises(TidemarkError, match=code) as raised:
        opened(io.BytesIO(content))
    assert raised.value.arguments.get("found") == found


texts = st.text(st.characters(exclude_characters="\0\ufeff", exclude_categories=["Cs"]), max_size=12)


@given(st.lists(st.lists(texts, min_size=2, max_size=5), min_size=1, max_size=20), st.sampled_from(";,\t|"))
def test_what_is_written_is_read_back(rows: list[list[str]], delimiter: str) -> None:
    text = "\r\n".join(delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    book = opened(io.BytesIO(text.encode()), "utf-8", delimiter) if text.isprintable() else None
    if book is not None:
        shown = [[cell if cell.strip() else "" for cell in row] for row in rows]
        found = [row.cells for row in book.rows("")]
        assert [len(row) for row in found] == [len(row) for row in shown]
        assert all(
            one == other or other.startswith('="')
            for row, back in zip(shown, found, strict=True)
            for one, other in zip(back, row, strict=True)
        )


@settings(max_examples=300)
@given(st.binary(max_size=400))
@example(b'"')
@example(b"\xff\xfe;")
@example(b"PK\x03\x04")
def test_fuzz_any_bytes_are_rows_or_refused(content: bytes) -> None:
    with suppress(TidemarkError):
        book = opened(io.BytesIO(content))
        for sheet in book.sheets:
            for row in book.rows(sheet):
                assert "\0" not in "".join(row.cells)
