"""Whatever a bank leaves out, repeats or writes in its own way, a document stays one row."""

from datetime import date

import pytest

from domain.errors import UnsupportedFormat
from jobs.formats.client_bank import AccountSection, FileSurvey, StatementParser
from jobs.formats.client_bank.machine import MAX_SECTIONS
from tests.formats.statements import END, OWN, SECOND, SECTION, document, parse, payment, rows_of, statement

MARCH = AccountSection(OWN, 100_000, 0, 25_050, 74_950, date(2025, 3, 1), date(2025, 3, 31))


def test_a_document_is_a_row_of_its_own_keys() -> None:
    assert rows_of(statement(SECTION, document(), END)) == [payment()]


def test_rows_come_in_the_order_of_the_file() -> None:
    rows = rows_of(statement(*(document(Номер=str(number)) for number in range(2_000)), END))
    assert [row["Номер"] for row in rows] == [str(number) for number in range(2_000)]


def test_a_section_is_read() -> None:
    assert parse(statement(SECTION, document(), END))[2] == [MARCH]


def test_sections_may_stand_between_documents() -> None:
    second = SECTION.replace(OWN, SECOND)
    _, rows, sections = parse(statement(SECTION, document(), second, document(Номер="18"), END))
    assert [row["Номер"] for row in rows] == ["17", "18"]
    assert [section.account for section in sections] == [OWN, SECOND]


def test_keys_in_capitals_are_the_same_keys() -> None:
    rest = (SECTION + document() + END).upper().replace("ПЛАТЕЖНОЕ ПОРУЧЕНИЕ", "Платежное поручение")
    rest = rest.replace("ОПЛАТА ПО СЧЕТУ", "Оплата по счету")
    _, rows, sections = parse(statement(rest))
    assert rows == [payment()]
    assert sections == [MARCH]


def test_spaces_around_keys_do_not_matter() -> None:
    text = document().replace("Номер=", " \tНомер =").replace("Конец", "  Конец")
    survey, rows, _ = parse(statement(f" {text}", END))
    assert survey.documents == 1
    assert rows == [payment()]


@pytest.mark.parametrize("behind", ["", END, SECTION, document(Номер="18")])
def test_a_missing_end_of_a_document_is_made_good(behind: str) -> None:
    open_document = document().replace("КонецДокумента\n", "")
    rows = rows_of(statement(open_document, behind))
    assert rows[0] == payment() | ({} if behind else {"_defect": "document_truncated"})


def test_a_missing_end_of_the_file_is_made_good() -> None:
    assert rows_of(statement(document())) == [payment()]


def test_a_file_cut_off_inside_a_document_marks_it() -> None:
    whole = statement(SECTION, document(), document(Сумма="15000.00"), END)
    survey, rows, _ = parse(whole[: whole.rindex(b"00.00")])
    assert survey.documents == 2
    assert rows[0] == payment()
    assert (rows[1]["Сумма"], rows[1]["_defect"]) == ("150", "document_truncated")


def test_a_missing_begin_of_a_section_is_made_good() -> None:
    section = SECTION.replace("СекцияРасчСчет\n", "")
    second = section.replace(OWN, SECOND)
    _, rows, sections = parse(statement(section, second, document(), section, END))
    assert [section.account for section in sections] == [OWN, SECOND, OWN]
    assert sections[0].closing == 74_950
    assert rows == [payment()]


def test_a_missing_end_of_a_section_is_made_good() -> None:
    section = SECTION.replace("КонецРасчСчет\n", "")
    assert parse(statement(section, document()))[2] == [MARCH]
    assert len(parse(statement(section, section))[2]) == 2


def test_sections_that_forgot_begin_and_end_are_told_apart_by_their_account() -> None:
    balances = SECTION.split("РасчСчет=")[1].partition("\n")[2].replace("КонецРасчСчет\n", "")
    text = f"РасчСчет={OWN}\n{balances}РасчСчет={SECOND}\n{balances}"
    assert [section.account for section in parse(statement(text))[2]] == [OWN, SECOND]


def test_a_section_without_an_account_is_the_headers() -> None:
    nameless = "".join(line for line in SECTION.splitlines(keepends=True) if "РасчСчет=" not in line)
    assert [section.account for section in parse(statement(nameless))[2]] == [OWN]


def test_a_section_without_figures_says_nothing() -> None:
    assert parse(statement(f"СекцияРасчСчет\nРасчСчет={OWN}\nКонецРасчСчет\n"))[2] == []


def test_figures_that_cannot_be_read_are_not_stated() -> None:
    section = SECTION.replace("=749.50", "=семьсот").replace("ДатаКонца=31.03.2025", "ДатаКонца=31.02.2025")
    found = parse(statement(section))[2][0]
    assert (found.closing, found.date_to, found.opening) == (None, None, 100_000)


def test_a_line_without_a_key_continues_the_value_before() -> None:
    text = document().replace("КонецДокумента", "за март\n \n\nНДС 20%\nКонецДокумента")
    assert rows_of(statement(text))[0]["НазначениеПлатежа"] == "Оплата по счету № 5\nза март\nНДС 20%"


def test_a_line_with_an_equals_sign_but_no_key_continues_too() -> None:
    text = document().replace("КонецДокумента", "договор № 5 = 17\nсумма=500\n=\nНомер\nКонецДокумента")
    row = rows_of(statement(text))[0]
    assert row["НазначениеПлатежа"] == "Оплата по счету № 5\nдоговор № 5 = 17\nсумма=500\n=\nНомер"
    assert row["Сумма"] == "250.50"


def test_a_value_may_contain_equals_signs() -> None:
    row = rows_of(statement(document(НазначениеПлатежа="a=b==c")))[0]
    assert row["НазначениеПлатежа"] == "a=b==c"


def test_a_purpose_may_contain_a_line_that_looks_like_a_key() -> None:
    text = document().replace("КонецДокумента", "Сумма=999.00\nза март\nКонецДокумента")
    row = rows_of(statement(text))[0]
    assert row["Сумма"] == "250.50"
    assert row["НазначениеПлатежа"] == "Оплата по счету № 5\nСумма=999.00\nза март"


def test_of_a_key_that_stands_twice_the_first_that_says_something_counts() -> None:
    text = document(Код="").replace("Сумма=", "Номер=99\nНомер=17\nСумма=").replace("Код=", "Код=\nКод=7")
    row = rows_of(statement(text))[0]
    assert (row["Номер"], row["Код"]) == ("17", "7")


def test_a_purpose_that_begins_on_its_second_line_is_not_lost() -> None:
    text = document(НазначениеПлатежа="").replace(
        "КонецДокумента", "за март\nНазначениеПлатежа=б\nКонецДокумента"
    )
    assert rows_of(statement(text))[0]["НазначениеПлатежа"] == "\nза март\nНазначениеПлатежа=б"


def test_a_banks_own_keys_are_kept() -> None:
    row = rows_of(statement(document(КвитанцияДата="x", UIN="0"), document(UIN="1")))[1]
    assert row["UIN"] == "1"


def test_a_type_may_be_missing() -> None:
    text = document().replace("=Платежное поручение", "")
    assert rows_of(statement(text))[0]["СекцияДокумент"] == ""


def test_documents_of_many_shapes_are_read() -> None:
    many = [document(**{f"Ключ{number % 80}": str(number)}) for number in range(400)]
    rows = rows_of(statement(*many))
    assert [row[f"Ключ{number % 80}"] for number, row in enumerate(rows)] == [str(n) for n in range(400)]


def test_a_nul_byte_is_shown_and_marks_its_document() -> None:
    data = statement(document(), document(НазначениеПлатежа="a\0b"), document(**{"Ключ\0": "1"}), END)
    rows = rows_of(data)
    assert rows[0] == payment()
    assert rows[1] == payment(НазначениеПлатежа="a\u2400b", _defect="nul_byte")
    assert "_defect" in rows[2]


def test_a_nul_byte_outside_documents_does_no_harm() -> None:
    _, rows, sections = parse(statement("Получатель=\0\n", SECTION, document(), END))
    assert rows == [payment()]
    assert sections == [MARCH]


def test_a_file_cannot_mark_its_own_documents() -> None:
    text = document().replace("Номер=", "_defect=nul_byte\nНомер=")
    assert "_defect" not in rows_of(statement(text))[0]


def test_too_many_sections_are_refused() -> None:
    parser = StatementParser(FileSurvey("utf-8", 0))
    section = b"%b\n" % "СекцияРасчСчет\nНачальныйОстаток=1".encode()
    with pytest.raises(UnsupportedFormat) as caught:
        parser.feed(section * (MAX_SECTIONS + 5_000))
    assert caught.value.code == "too_many_sections"


def test_nothing_is_parsed_twice() -> None:
    parser = StatementParser(FileSurvey("utf-8", 1))
    rows = parser.feed(statement(document(), encoding="utf-8"))
    assert rows + parser.close() + parser.close() == [payment()]
