"""The first look: another format is refused by its name, a statement is counted."""

from datetime import date

import pytest

from domain.errors import UnsupportedFormat
from jobs.formats.client_bank import FileSurvey, Surveyor, survey_bytes
from tests.formats.statements import END, HEADER, OWN, SECOND, SECTION, THEIRS, document, rows_of, statement


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"***** ^Type=4^ ^Acc=BY34ALFA30122H10700010270000^", "belarusian_client_bank"),
        (b'<?xml version="1.0"?><a/>', "xml"),
        (b'\xef\xbb\xbf  <?xml version="1.0"?><a/>', "xml"),
        (b"<!DOCTYPE html><html></html>", "html"),
        (b"PK\x03\x04\x14\0\0\0[Content_Types].xml", "xlsx"),
        (b"PK\x03\x04\x14\0\0\0kl_to_1c.txt", "zip"),
        (b"%PDF-1.7", "pdf"),
        (b"MOXCEL\0\x08\0", "mxl"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls"),
        (b"Rar!\x1a\x07", "rar"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"\x1f\x8b\x08", "gzip"),
        ("1CClientBankExchange\r\n".encode("utf-16"), "utf16"),
    ],
)
def test_another_format_is_refused_by_its_name(data: bytes, found: str) -> None:
    with pytest.raises(UnsupportedFormat) as caught:
        survey_bytes(data)
    assert (caught.value.code, caught.value.arguments) == ("unsupported_format", {"found": found})


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_empty"),
        (b"\xef\xbb\xbf \r\n\n", "file_empty"),
        (b"hello", "not_client_bank"),
        (bytes(range(1, 256)) * 10, "not_client_bank"),
        (document().encode("cp1251"), "not_client_bank"),
        (b"1CClientBankExchange2\n", "not_client_bank"),
        (b"1CClientBankExchange", "statement_empty"),
        (b"1CClientBankExchange\r\n\r\n", "statement_empty"),
    ],
)
def test_what_is_no_statement_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(UnsupportedFormat) as caught:
        survey_bytes(data)
    assert caught.value.code == code


def test_another_format_is_refused_before_the_file_ends() -> None:
    surveyor = Surveyor()
    surveyor.feed(b"<" * 1023)
    with pytest.raises(UnsupportedFormat):
        surveyor.feed(b"<")


def test_a_statement_is_surveyed() -> None:
    data = statement(SECTION, document(), document(Номер="18"), END)
    assert survey_bytes(data) == FileSurvey(
        encoding="cp1251",
        documents=2,
        own_accounts=(OWN,),
        own_inns=(),
        date_from=date(2025, 3, 1),
        date_to=date(2025, 3, 31),
        version="1.03",
        complete=True,
    )


def test_the_survey_gives_the_context_of_every_batch() -> None:
    survey = survey_bytes(statement(SECTION, document(ПлательщикИНН="7707083893"), END))
    assert survey.context() == {
        "own_accounts": [OWN],
        "own_inns": ["7707083893"],
        "currency": "RUB",
    }


def test_a_kazakh_statement_is_in_tenge() -> None:
    survey = FileSurvey("utf-8", 1, own_accounts=("KZ75125KZT1001300335",))
    assert survey.context()["currency"] == "KZT"


def test_a_file_without_its_end_is_not_complete() -> None:
    assert not survey_bytes(statement(document())).complete
    assert not survey_bytes(statement(document(), END, document())).complete
    assert survey_bytes(statement(END, document(), END)).complete


def test_own_accounts_come_from_header_and_sections_not_from_documents() -> None:
    section = SECTION.replace(OWN, SECOND)
    data = statement(document(РасчСчет=THEIRS), section, "РасчСчет=\n", END)
    assert survey_bytes(data).own_accounts == (OWN, SECOND)


def test_keys_in_capitals_count() -> None:
    data = statement(SECTION, document(), document(), END).decode("cp1251").upper()
    survey = survey_bytes(data.replace("1CCLIENTBANKEXCHANGE", "1CClientBankExchange").encode("cp1251"))
    assert (survey.documents, survey.own_accounts, survey.complete) == (2, (OWN,), True)
    assert survey.date_from == date(2025, 3, 1)


def test_a_corrupt_header_date_is_taken_from_the_sections() -> None:
    header = HEADER.replace("=01.03.2025", "=23.08.201819202122").replace("31.03.2025", "")
    first = SECTION.replace("31.03.2025", "10.03.2025")
    second = SECTION.replace("01.03.2025", "11.03.2025")
    survey = survey_bytes((header + first + second + document() + END).encode())
    assert (survey.date_from, survey.date_to) == (date(2025, 3, 1), date(2025, 3, 31))


def test_the_header_date_comes_before_the_sections() -> None:
    survey = survey_bytes(statement(SECTION.replace("01.03.2025", "20.02.2025"), document()))
    assert survey.date_from == date(2025, 3, 1)


def test_own_inns_are_those_beside_own_accounts() -> None:
    data = statement(
        document(ПлательщикИНН="7707083893", ПолучательИНН="7830002293"),
        document(
            ПлательщикСчет=THEIRS, ПолучательСчет="", ПолучательРасчСчет=OWN, ПолучательИНН="500100732259"
        ),
        document(ПлательщикИНН="0"),
    )
    assert survey_bytes(data).own_inns == ("7707083893", "500100732259")


def test_no_own_account_no_own_inn() -> None:
    data = f"1CClientBankExchange\nВерсияФормата=1.02\n{document(ПлательщикИНН='7707083893')}".encode()
    survey = survey_bytes(data)
    assert (survey.own_accounts, survey.own_inns) == ((), ())


def test_own_inns_are_looked_for_in_the_first_two_megabytes_only() -> None:
    many = [document(Номер=str(number)) for number in range(8_000)]
    data = statement(*many, document(ПлательщикИНН="7707083893"), END)
    survey = survey_bytes(data)
    assert (survey.documents, survey.own_inns) == (8_001, ())


def test_too_many_accounts_are_refused() -> None:
    accounts = "".join(f"РасчСчет={number:020d}\n" for number in range(1001))
    with pytest.raises(UnsupportedFormat) as caught:
        survey_bytes(statement(accounts))
    assert (caught.value.code, caught.value.arguments) == ("too_many_accounts", {"limit": 1000})


def test_the_end_of_a_section_inside_a_document_does_not_end_it() -> None:
    text = document().replace("Дата=", f"КонецРасчСчет\nРасчСчет={THEIRS}\nДата=")
    data = statement(text, END)
    assert survey_bytes(data).own_accounts == (OWN,)
    assert len(rows_of(data)) == 1
